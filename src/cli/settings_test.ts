import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Logger } from "../core/logger.ts";
import type { AppFunctions } from "./context.ts";
import { runInMemory } from "./testdata/context.ts";
import { connectTo } from "./testdata/node.ts";

/** Runs a command whose node logs one record of each severity; returns the severities that came through. */
async function logged(argv: string[], env: Record<string, string> = {}): Promise<string[]> {
  const node = connectTo({ capabilities: () => Promise.resolve([]) });
  const connect: AppFunctions["connect"] = (config, options) => {
    const logger = options?.logger as Logger;
    for (const level of ["debug", "info", "warn", "error"] as const) logger[level]("hello");
    return node.connect(config, options);
  };
  const { stderr } = await runInMemory([...argv, "--kind", "tool/x"], {
    env: { HOME: "/nowhere", ...env },
    app: { connect },
  });
  return stderr.split("\n").filter((line) => line.endsWith(" hello")).map((line) =>
    line.split(/\s+/)[1]!
  );
}

Deno.test("a command logs warnings only, unless the line says otherwise", async () => {
  assertEquals(await logged(["models"]), ["warn", "error"]);
  assertEquals(await logged(["models"], { ATMOSPHERE_LOG_LEVEL: "debug" }), ["warn", "error"]);
  assertEquals(await logged(["models"], { ATMOSPHERE_LOG_LEVEL: "error" }), ["error"]);
  assertEquals(await logged(["models", "--quiet"]), ["error"]);
  assertEquals(await logged(["models", "--verbose"]), ["debug", "info", "warn", "error"]);
  assertEquals(await logged(["models", "--log-level=info"]), ["info", "warn", "error"]);
  assertEquals(await logged(["models", "-v"], { ATMOSPHERE_LOG_LEVEL: "silent" }), [
    "debug",
    "info",
    "warn",
    "error",
  ]);
});

Deno.test("a command takes the data directory from the flag before the environment", async () => {
  const seen: string[] = [];
  const node = connectTo({ capabilities: () => Promise.resolve([]) });
  const app: Pick<AppFunctions, "connect"> = {
    connect: (config, options) => {
      seen.push(config.dataDir);
      return node.connect(config, options);
    },
  };
  const env = { HOME: "/home/me", ATMOSPHERE_DATA_DIR: "/from/env" };
  await runInMemory(["models", "--data-dir", "/from/flag"], { env, app });
  await runInMemory(["models"], { env, app });
  await runInMemory(["models"], { env: { HOME: "/home/me" }, app });
  assertEquals(seen, ["/from/flag", "/from/env", "/home/me/.atmosphere"]);
});

Deno.test("a command refuses a configuration file that is not there", async () => {
  const { code, stderr } = await runInMemory(["models", "--config", "/no/such.yaml"], {
    env: { HOME: "/nowhere" },
  });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "/no/such.yaml");
});
