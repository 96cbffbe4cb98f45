import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { version } from "../core/version.ts";
import { runInMemory, withDirectory } from "./testdata/context.ts";
import { connectTo, status } from "./testdata/node.ts";

const env = { HOME: "/nowhere" };

Deno.test("runCli() prints help and version on stdout", async () => {
  for (const argv of [[], ["--help"], ["help"]]) {
    const { code, stdout, stderr } = await runInMemory(argv);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "  atmosphere COMMAND [flags]");
  }
  const sub = await runInMemory(["help", "config", "set"]);
  assertEquals(sub.stdout, (await runInMemory(["config", "set", "--help"])).stdout);
  assertEquals((await runInMemory(["--version"])).stdout, `atmosphere ${version}\n`);
  assertEquals(JSON.parse((await runInMemory(["-V", "--json"])).stdout), { version });
});

Deno.test("runCli() tells of wrong usage on stderr and exits with 2", async () => {
  const unknown = await runInMemory(["sevre", "x"]);
  assertEquals([unknown.code, unknown.stdout], [2, ""]);
  assertEquals(
    unknown.stderr,
    [
      'error: Unknown command "sevre"',
      '  Did you mean "serve"?',
      "Usage: atmosphere COMMAND [flags]",
      "Run atmosphere --help for more",
      "",
    ].join("\n"),
  );
  const flag = await runInMemory(["serve", "--port", "99999"]);
  assertEquals(flag.code, 2);
  assertStringIncludes(flag.stderr, "Run atmosphere serve --help for more");
  const group = await runInMemory(["config"]);
  assertEquals(group.code, 2);
  assertStringIncludes(group.stderr, "config needs a command: get, set, show");
  const both = await runInMemory(["status", "-q", "-v"]);
  assertStringIncludes(both.stderr, "--verbose and --quiet exclude each other");
});

Deno.test("runCli() tells of failures as JSON when the result is wanted as JSON", async () => {
  const { code, stdout, stderr } = await runInMemory(["rout", "--json"]);
  assertEquals([code, stdout], [2, ""]);
  const { error } = JSON.parse(stderr);
  assertEquals([error.code, error.message], ["invalid_request", 'Unknown command "rout"']);
});

Deno.test("runCli() turns a node's error into its exit code", async () => {
  const cases = [
    ["no_capability", 5],
    ["model_not_found", 3],
    ["unauthorized", 4],
    ["backend_timeout", 1],
  ] as const;
  for (const [errorCode, exitCode] of cases) {
    const app = connectTo({
      status: () =>
        Promise.reject(new AtmosphereError(errorCode, "It failed", { hint: "Do this instead" })),
      capabilities: () => Promise.resolve([]),
    });
    const { code, stderr } = await runInMemory(["status"], { env, app });
    assertEquals(code, exitCode);
    assertEquals(stderr, "error: It failed\n  Do this instead\n");
    assertEquals(app.state.disposed, 1);
  }
});

Deno.test("runCli() shows an unexpected failure, with its stack only when asked", async () => {
  const app = connectTo({
    status: () => Promise.reject(new TypeError("x is not a function")),
    capabilities: () => Promise.resolve([]),
  });
  const terse = await runInMemory(["status"], { env, app });
  assertEquals(terse.code, 1);
  assertMatch(terse.stderr, /^error: Unexpected failure: TypeError: x is not a function\n {2}Run/);
  assert(!terse.stderr.includes("node_test"));
  const full = await runInMemory(["status", "--verbose"], { env, app });
  assertStringIncludes(full.stderr, "run_test.ts");
});

Deno.test("runCli() keeps an error from commanding the terminal, and its secrets to itself", async () => {
  const app = connectTo({
    status: () => Promise.reject(new Error("bad\x1b[2J key sk-abcdefghijklmnop")),
    capabilities: () => Promise.resolve([]),
  });
  const { stderr } = await runInMemory(["status", "--verbose"], { env, app });
  assert(!stderr.includes("\x1b[2J") && !stderr.includes("sk-abcdef"));
});

Deno.test("runCli() ends quietly when the reader of stdout goes away", async () => {
  const app = connectTo({
    status: () => Promise.resolve(status()),
    capabilities: () => Promise.resolve([]),
  });
  const { code, stderr } = await runInMemory(["status"], { env, app, closesAfter: 1 });
  assertEquals([code, stderr, app.state.disposed], [0, "", 1]);
});

Deno.test("runCli() exits with 130 at an interrupt, and at a second one without waiting", async () => {
  const interrupts = { first: new AbortController(), second: new AbortController() };
  const app = connectTo({
    status: ({ signal } = {}) => {
      queueMicrotask(() => interrupts.first.abort());
      return new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(signal.reason))
      );
    },
    capabilities: () => Promise.resolve([]),
  });
  const soft = await runInMemory(["status"], { env, app, interrupts });
  assertEquals([soft.code, soft.stderr], [130, ""]);

  const stubborn = { first: new AbortController(), second: new AbortController() };
  const hanging = connectTo({
    status: () => {
      queueMicrotask(() => stubborn.second.abort());
      return new Promise(() => {});
    },
    capabilities: () => Promise.resolve([]),
  });
  const hard = await runInMemory(["status"], { env, app: hanging, interrupts: stubborn });
  assertEquals(hard.code, 130);
});

Deno.test("runCli() tells every mistake of the configuration and exits with 2", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/config.yaml`, "server:\n  port: many\n  hots: x\n");
    const { code, stderr } = await runInMemory(["status", "--data-dir", directory]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "server.port");
    assertStringIncludes(stderr, "server.hots");
  });
});

Deno.test("runCli() has colours on a terminal and none with NO_COLOR or --no-color", async () => {
  const terminal = { columns: 80 };
  assert((await runInMemory(["--help"], { terminal })).stdout.includes("\x1b["));
  assert((await runInMemory(["rout"], { terminal })).stderr.includes("\x1b["));
  for (
    const [argv, env] of [
      [["--help"], { NO_COLOR: "1" }],
      [["--help", "--no-color"], {}],
      [["rout", "--no-color"], {}],
    ] as const
  ) {
    const { stdout, stderr } = await runInMemory(argv, { terminal, env });
    assert(!(stdout + stderr).includes("\x1b"));
  }
});
