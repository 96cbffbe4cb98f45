/**
 * What a node costs: start to ready, to the first routed request, a decision, a request in between.
 *
 *   deno task dev run -A tests/bench/node.ts
 *
 * `ATMOSPHERE_BINARY` measures an executable instead of the sources. Everything is measured
 * against the same upstream directly, in the same run. Prints a Markdown table.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { quantiles } from "./load.ts";
import { chat, measureRequests } from "./requests.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const binary = Deno.env.get("ATMOSPHERE_BINARY");
const starts = 7;
const rows: string[][] = [];
/** How the tasks have packages resolved. */
const resolution = [
  ...(Deno.readTextFileSync(join(root, ".cache/std-source")) === "npm"
    ? [`--import-map=${join(root, ".cache/import_map.json")}`]
    : []),
  `--lock=${join(root, ".cache/deno.lock")}`,
];
const ms = (value: number) => `${value.toFixed(value < 1 ? 3 : 1)} ms`;

function node(
  args: string[],
  dataDir: string,
  env: Record<string, string> = {},
): Deno.ChildProcess {
  const source = [
    "run",
    "-A",
    "--quiet",
    "--unstable-no-legacy-abort",
    ...resolution,
    join(root, "main.ts"),
  ];
  return new Deno.Command(binary ?? Deno.execPath(), {
    args: binary === undefined ? [...source, ...args] : args,
    env: { ATMOSPHERE_DATA_DIR: dataDir, ATMOSPHERE_LOG_LEVEL: "error", ...env },
    stdout: "null",
    stderr: "null",
  }).spawn();
}

async function until<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await attempt().catch(() => undefined);
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const url = (dataDir: string) =>
  until(async () =>
    JSON.parse(await Deno.readTextFile(join(dataDir, "node.json"))) as { url: string; pid: number }
  );

const messages = (content: string) => ({ messages: [{ role: "user", content }] });

/** Starts a program of the project and reads its first line. */
async function startBeside(args: string[]) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...args],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.getReader();
  const line = new TextDecoder().decode((await reader.read()).value).trim();
  return {
    line,
    pid: process.pid,
    [Symbol.asyncDispose]: async () => {
      await reader.cancel();
      process.kill("SIGTERM");
      await process.status;
    },
  };
}

await using upstream = await startBeside(["--no-config", join(root, "tests/bench/upstream.ts")]);
const direct = `http://127.0.0.1:${upstream.line}`;
const config = `backends: [{ id: bench, engine: openai-compatible, url: "${direct}/v1" }]\n`;

const run = ["serve", "--port", "0"];
async function stop(process: Deno.ChildProcess): Promise<void> {
  process.kill("SIGTERM");
  await process.status;
}

/** Start to ready, and on to the first request that is routed by meaning. Times in ms. */
async function timeStart(
  dataDir: string,
  { env, isRouted }: { readonly env: Record<string, string>; readonly isRouted: boolean },
) {
  const started = performance.now();
  const process = node(run, dataDir, env);
  const { url: base } = await url(dataDir);
  await until(async () => {
    const response = await fetch(`${base}/ready`);
    await response.body?.cancel();
    return response.ok ? true : undefined;
  });
  const ready = performance.now() - started;
  const intent = messages("write a python function that parses dates");
  if (isRouted) await chat(base, { model: "auto", ...intent })();
  return { process, ready, routed: performance.now() - started };
}

/** How long an empty program takes: the part of a start that is Deno's own. */
async function timeEmpty(): Promise<number> {
  const started = performance.now();
  await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-config", join(root, "tests/bench/empty.ts")],
    stdout: "null",
    stderr: "null",
  }).output();
  return performance.now() - started;
}

const empties: number[] = [];
await timeEmpty();
for (let i = 0; i < starts; i++) empties.push(await timeEmpty());
rows.push(["an empty program", ms(quantiles(empties).p50), `${starts} starts of Deno itself`]);

const dataDir = await Deno.makeTempDir({ prefix: "atmosphere-bench-" });
const versions: number[] = [];
for (let i = -1; i < starts; i++) {
  const started = performance.now();
  await node(["--version"], dataDir).status;
  if (i >= 0) versions.push(performance.now() - started);
}
rows.push(["--version", ms(quantiles(versions).p50), `${starts} starts`]);

await using ollama = await startBeside([
  ...resolution,
  join(root, "tests/fakes/main.ts"),
  "--engine=ollama",
  "--model=llama3.2:3b",
]);
const ways = [
  { name: "nothing found", env: {}, isConfigured: false, isRouted: false },
  {
    name: "an Ollama found",
    env: { OLLAMA_HOST: /http:\S+/.exec(ollama.line)?.[0] ?? "" },
    isConfigured: false,
    isRouted: true,
  },
  { name: "a backend in config.yaml", env: {}, isConfigured: true, isRouted: true },
];
await node(["init"], dataDir).status;
let process: Deno.ChildProcess | undefined;
for (const { name, env, isConfigured, isRouted } of ways) {
  if (isConfigured) await Deno.writeTextFile(join(dataDir, "config.yaml"), config);
  const ready: number[] = [];
  const routed: number[] = [];
  // The first start of a kind fills the caches of the system and is not counted.
  for (let i = -1; i < starts; i++) {
    if (process !== undefined) await stop(process);
    const start = await timeStart(dataDir, { env, isRouted });
    process = start.process;
    if (i < 0) continue;
    ready.push(start.ready);
    routed.push(start.routed);
  }
  rows.push([`start to ready, ${name}`, ms(quantiles(ready).p50), `${starts} starts`]);
  if (!isRouted) continue;
  rows.push([`start to first routed request, ${name}`, ms(quantiles(routed).p50), "embedded"]);
}

const { url: base, pid } = await url(dataDir);

// Decisions, as the node itself reports them.
async function decide(intent: string): Promise<{ decideMs: number; embedMs: number }> {
  const response = await fetch(`${base}/atmosphere/v1/route`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ intent }),
  });
  return await response.json();
}
const warm: number[] = [];
const cold: number[] = [];
for (let i = 0; i < 300; i++) warm.push((await decide("translate this to Japanese")).decideMs);
for (let i = 0; i < 100; i++) {
  const { decideMs, embedMs } = await decide(`a new question number ${i} about the weather`);
  cold.push(decideMs + embedMs);
}
rows.push(["decision, warm (intent known)", ms(quantiles(warm).p50), "300 decisions"]);
rows.push(["decision, cold (intent embedded)", ms(quantiles(cold).p50), "100 new intents"]);

await using forwarder = await startBeside([
  "--no-config",
  join(root, "tests/bench/forwarder.ts"),
  upstream.line,
]);
rows.push(
  ...await measureRequests({
    direct,
    forwarder: { url: `http://127.0.0.1:${forwarder.line}`, pid: forwarder.pid },
    node: { url: base, pid },
  }),
);
const status = await (await fetch(`${base}/atmosphere/v1/node`)).json();
rows.push(["memory after all this", `${(status.memory.rssBytes / 1e6).toFixed(0)} MB`, "resident"]);

if (process !== undefined) await stop(process);
await Deno.remove(dataDir, { recursive: true });

const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
for (const row of [["what", "figure", "how"], widths.map((w) => "-".repeat(w)), ...rows]) {
  console.log(`| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`);
}
