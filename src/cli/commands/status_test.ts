import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runInMemory } from "../testdata/context.ts";
import { backend, capability, connectTo, status } from "../testdata/node.ts";

const env = { HOME: "/nowhere" };
const capabilities = [
  capability("llama3.2:3b"),
  capability("qwen2.5-coder:7b"),
  capability("all-minilm-l6-v2", { kind: "llm/embed", backend: "embedded", locality: "embedded" }),
];

function nodeWith(more: Parameters<typeof status>[0] = {}) {
  return connectTo({
    status: () => Promise.resolve(status({ capabilities: 3, ...more })),
    capabilities: () => Promise.resolve(capabilities),
  });
}

Deno.test("status shows the running node", async () => {
  const { code, stdout, stderr } = await runInMemory(["status"], { env, app: nodeWith() });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    stdout,
    [
      "Node Status",
      "  Name        workstation",
      "  Id          12D3KooWTest",
      "  Version     1.2.3",
      "  URL         http://127.0.0.1:11451",
      "  Running     3m 5s, process 4242",
      "  Data        /home/me/.atmosphere",
      "  Embeddings  all-minilm-l6-v2 q8, 384 dimensions, ready",
      "  Requests    12, 1 failed, 2 under way",
      "  Memory      120 MiB",
      "",
      "Backends",
      "  BACKEND  STATE  MODELS  LATENCY  WHERE         ADDRESS                 NOTE",
      "  ollama   up          2   3.2 ms  this machine  http://127.0.0.1:11434  0.12.0",
      "",
      "3 capabilities",
      "  llm/chat          2",
      "  llm/embed         1",
      "",
    ].join("\n"),
  );
});

Deno.test("status says that no node runs, which is no failure", async () => {
  const { url: _, pid: _pid, ...stopped } = status({ running: false });
  const app = connectTo({
    status: () => Promise.resolve(stopped),
    capabilities: () => Promise.resolve([]),
  });
  const { code, stdout } = await runInMemory(["status"], { env, app });
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Node Status");
  assertStringIncludes(stdout, "Running     no; start it with: deno task atmosphere serve");
  assert(!stdout.includes("Requests"));
});

Deno.test("status tells why a backend is down and the engine failed", async () => {
  const app = nodeWith({
    backends: [backend("vllm", { state: "down", reason: "connection refused", models: 0 })],
    embedder: { ...status().embedder, state: "failed", failure: "model.onnx is missing" },
  });
  const { stdout } = await runInMemory(["status"], { env, app });
  assertStringIncludes(stdout, "down");
  assertStringIncludes(stdout, "connection refused");
  assertStringIncludes(stdout, "failed: model.onnx is missing");
});

Deno.test("status --json prints the state and the kinds", async () => {
  const { stdout } = await runInMemory(["status", "--json"], { env, app: nodeWith() });
  assertEquals(stdout.trimEnd().split("\n").length, 1);
  assertEquals(JSON.parse(stdout), {
    ...JSON.parse(JSON.stringify(status({ capabilities: 3 }))),
    kinds: { "llm/chat": 2, "llm/embed": 1 },
  });
});

Deno.test("models lists by kind and name, and within the terminal", async () => {
  const found = [
    capability("zephyr", { features: { contextTokens: 8_192 } }),
    capability("a-model-with-a-name-that-is-longer-than-any-terminal-would-like-it-to-be", {
      features: { contextTokens: 131_072, tools: true, vision: true },
    }),
    capability("embedder", { kind: "llm/embed", features: { dimensions: 384 } }),
  ];
  const app = connectTo({ capabilities: () => Promise.resolve(found) });
  const { stdout } = await runInMemory(["models"], { env, app });
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines[0]!.split(/\s+/), ["NAME", "KIND", "BACKEND", "CONTEXT", "WHERE", "FEATURES"]);
  assertEquals(lines.map((line) => line.split(" ")[0]!.slice(0, 7)), [
    "NAME",
    "a-model",
    "zephyr",
    "embedde",
  ]);
  assertStringIncludes(lines[1]!, "128k  this machine  tools, vision");
  assertStringIncludes(lines[3]!, "384 dimensions");
  const narrow = await runInMemory(["model", "list"], {
    env: { ...env, NO_COLOR: "1" },
    app,
    terminal: { columns: 80 },
  });
  for (const line of narrow.stdout.split("\n")) assert([...line].length <= 80, line);
});

Deno.test("models --kind asks for that kind only", async () => {
  const asked: unknown[] = [];
  const app = connectTo({
    capabilities: (options) => {
      asked.push(options?.kind);
      return Promise.resolve([]);
    },
  });
  const { code, stdout, stderr } = await runInMemory(["models", "-k", "tool/git"], { env, app });
  assertEquals([code, stdout, asked], [0, "", ["tool/git"]]);
  assertStringIncludes(stderr, "Nothing here is of the kind tool/git");
});

Deno.test("models says how to add a chat model where there is none", async () => {
  const app = connectTo({
    capabilities: () => Promise.resolve([capability("minilm", { kind: "llm/embed" })]),
  });
  const { stdout, stderr } = await runInMemory(["models"], { env, app });
  assertStringIncludes(stdout, "minilm");
  assertStringIncludes(stderr, "ollama serve");
  const quiet = await runInMemory(["models", "--quiet"], { env, app });
  assertEquals(quiet.stderr, "");
  assertEquals(quiet.stdout, stdout);
});

Deno.test("models --json prints whole capabilities", async () => {
  const app = connectTo({ capabilities: () => Promise.resolve(capabilities) });
  const { stdout } = await runInMemory(["models", "--json"], { env, app });
  const { models } = JSON.parse(stdout);
  assertEquals(models.length, 3);
  assertEquals(Object.keys(models[0]), Object.keys(JSON.parse(JSON.stringify(capabilities[0]))));
});

Deno.test("models does not let a model's name reach the terminal", async () => {
  const app = connectTo({
    capabilities: () => Promise.resolve([capability("evil\x1b]0;owned\x07\u202e")]),
  });
  for (const argv of [["models"], ["models", "--json"]]) {
    const { stdout } = await runInMemory([...argv, "--no-color"], {
      env,
      app,
      terminal: { columns: 200 },
    });
    // deno-lint-ignore no-control-regex
    assert(!/[\x00-\x09\x0b-\x1f\u202e]/.test(stdout), JSON.stringify(stdout));
  }
});
