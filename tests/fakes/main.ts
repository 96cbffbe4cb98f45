/**
 * A fake model server by hand:
 *
 *   deno task dev run -A tests/fakes/main.ts --engine ollama --port 11434 --model llama3.2:3b
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { routes } from "./engines/mod.ts";
import { type FakeEngine, startFakeServer } from "./mod.ts";

async function main(): Promise<number> {
  const flags = parseArgs(Deno.args, {
    string: ["engine", "port", "model", "key"],
    collect: ["model"],
    default: { engine: "ollama", port: "0" },
  });
  const engine = String(flags.engine);
  if (!(engine in routes)) {
    console.error(`--engine must be one of ${Object.keys(routes).join(", ")}, got "${engine}"`);
    return 2;
  }
  const models = [flags.model ?? []].flat().map(String);
  const server = await startFakeServer({
    engine: engine as FakeEngine,
    models: models.length > 0 ? models : ["llama3.2:3b"],
    port: Number(flags.port),
    ...(flags.key === undefined ? {} : { apiKey: String(flags.key) }),
  });
  console.log(`${engine} with ${models.length || 1} models at ${server.url}`);
  const ended = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGINT", () => ended.resolve());
  Deno.addSignalListener("SIGTERM", () => ended.resolve());
  await ended.promise;
  await server[Symbol.asyncDispose]();
  return 0;
}

if (import.meta.main) Deno.exit(await main());
