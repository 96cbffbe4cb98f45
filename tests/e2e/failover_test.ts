/** What a caller sees when model servers fail, hang, cut and lie. */
import { assert, assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { type Command, type FakeServer, startFakeServer } from "../fakes/mod.ts";
import { serveProgram, type ServingProgram } from "../support/program.ts";

interface Pair extends AsyncDisposable {
  readonly first: FakeServer;
  readonly second: FakeServer;
  readonly node: ServingProgram;
}

/** Two servers that have the same model, so that each can stand in for the other. */
async function pair(extra = ""): Promise<Pair> {
  const stack = new AsyncDisposableStack();
  const first = stack.use(await startFakeServer({ engine: "ollama", models: ["llama3.2:3b"] }));
  const second = stack.use(
    await startFakeServer({ engine: "openai-compatible", models: ["llama3.2:3b"] }),
  );
  const node = stack.use(
    await serveProgram({
      config: `
backends:
  - { id: first, engine: ollama, url: "${first.url}" }
  - { id: second, engine: openai-compatible, url: "${second.url}/v1" }
${extra}`,
    }),
  );
  return { first, second, node, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function chat(node: ServingProgram, options: { model?: string; stream?: boolean } = {}) {
  return fetch(`${node.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model: options.model ?? "llama3.2:3b",
      stream: options.stream ?? false,
      messages: [{ role: "user", content: "say hello to everyone" }],
    }),
  });
}

const early: ReadonlyArray<[what: string, command: Command]> = [
  ["a 500", { do: "fail", status: 500, body: { error: { message: "boom" } } }],
  ["a 503", { do: "fail", status: 503 }],
  ["a 429", { do: "fail", status: 429, headers: { "retry-after": "1" } }],
  ["a reset", { do: "reset" }],
  ["a closed connection", { do: "close" }],
  ["HTML", { do: "html" }],
  ["an empty body", { do: "empty" }],
  ["half a JSON", { do: "half-json" }],
  ["a body shorter than it said", { do: "short-body" }],
  ["garbage", { do: "garbage" }],
];

Deno.test("a failure before the first byte goes to the next candidate", async (t) => {
  for (const [what, command] of early) {
    await t.step(what, async () => {
      await using servers = await pair();
      const { first, second, node } = servers;
      first.script([command]);
      second.script([command]);
      // Whichever is asked first fails; only one of the two commands is used up when all is well.
      const response = await chat(node);
      const body = await response.json();
      const used = first.asked.length + second.asked.length;
      // Both fail once, so an answer in two tries is impossible: it must be a clear error.
      assertEquals(used, 2);
      assert(response.status >= 429, `status ${response.status}`);
      assertEquals(typeof body.error.message, "string");
      assertStringIncludes(body.error.message, "first");
      assertStringIncludes(body.error.message, "second");

      first.script([command]);
      second.script([]);
      for (let i = 0; i < 3; i++) {
        const again = await chat(node);
        assertEquals(again.status, 200);
        assertStringIncludes(JSON.stringify(await again.json()), "hello to everyone");
      }
    });
  }
});

Deno.test("a redirect is never followed", async () => {
  await using elsewhere = await startFakeServer({ engine: "openai", models: ["llama3.2:3b"] });
  await using servers = await pair();
  const { first, second, node } = servers;
  const redirect: Command = { do: "redirect", to: `${elsewhere.url}/v1/chat/completions` };
  first.script([redirect]);
  second.script([redirect]);
  const response = await chat(node);
  await response.body?.cancel();
  assertEquals(response.status, 502);
  assertEquals(elsewhere.requests.length, 0);
});

Deno.test("a silent server gets company within about a second, and is let go", async () => {
  await using servers = await pair();
  const { first, second, node } = servers;
  let silent: FakeServer | undefined;
  const hush = (server: FakeServer) => (request: { path: string; method: string }) => {
    if (request.method !== "POST" || request.path.endsWith("show")) return undefined;
    if (silent === undefined) {
      silent = server;
      return { do: "silence" } as const;
    }
    return undefined;
  };
  first.script(hush(first));
  second.script(hush(second));
  const start = performance.now();
  const response = await chat(node, { stream: true });
  const text = await response.text();
  assertEquals(response.status, 200);
  assertStringIncludes(text, "[DONE]");
  assertEquals(response.headers.get("x-atmosphere-attempts"), "2");
  assertGreater(5_000, performance.now() - start);
  await silent?.asked[0]?.gone;
});

Deno.test("silence from the only server ends in a clear error in the time that is configured", async () => {
  await using fake = await startFakeServer({ engine: "ollama", models: ["llama3.2:3b"] });
  await using node = await serveProgram({
    config: `
backends:
  - { id: only, engine: ollama, url: "${fake.url}" }
timeouts: { firstByteMs: 700, completeMs: 700 }
`,
  });
  fake.script([{ do: "silence" }, { do: "silence" }]);
  for (const stream of [false, true]) {
    const response = await chat(node, { stream });
    const { error } = await response.json();
    assertEquals(response.status, 504);
    assertEquals(error.code, "backend_timeout");
    assertEquals(error.origin, "backend:only");
  }
});

Deno.test("a stream that is cut never ends as if it were whole", async (t) => {
  const cuts: ReadonlyArray<[string, Command]> = [
    ["reset", { do: "reset-after", chunks: 2 }],
    ["closed", { do: "close-after", chunks: 2 }],
    ["ended without its last event", { do: "cut", chunks: 2 }],
  ];
  for (const [what, command] of cuts) {
    await t.step(what, async () => {
      await using fake = await startFakeServer({ engine: "ollama", models: ["llama3.2:3b"] });
      await using node = await serveProgram({
        config: `backends: [{ id: only, engine: ollama, url: "${fake.url}" }]`,
      });
      fake.script([command]);
      const response = await chat(node, { stream: true });
      const text = await response.text().catch((error) => String(error));
      assertStringIncludes(text, '"error"');
      assert(!text.includes("[DONE]"), text);
    });
  }
});

Deno.test("a server that comes back is used again", async () => {
  const models = ["llama3.2:3b"];
  await using first = await startFakeServer({ engine: "ollama", models });
  await using node = await serveProgram({
    config: `backends: [{ id: only, engine: ollama, url: "${first.url}" }]`,
  });
  const up = await chat(node);
  await up.body?.cancel();
  assertEquals(up.status, 200);
  const { port } = first;
  await first[Symbol.asyncDispose]();
  const down = await chat(node);
  await down.body?.cancel();
  assert(down.status >= 500, `status ${down.status}`);
  await using _again = await startFakeServer({ engine: "ollama", models, port });
  const deadline = Date.now() + 20_000;
  for (;;) {
    const refresh = await fetch(`${node.url}/atmosphere/v1/refresh`, {
      method: "POST",
      headers: { authorization: `Bearer ${node.token}`, "content-type": "application/json" },
      body: "{}",
    });
    await refresh.body?.cancel();
    const response = await chat(node);
    await response.body?.cancel();
    if (response.status === 200) break;
    assert(Date.now() < deadline, `still ${response.status}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});

Deno.test("a model whose server is down is unreachable rather than unknown", async () => {
  const server = await startFakeServer({ engine: "openai-compatible", models: ["llama3.2:3b"] });
  await using node = await serveProgram({
    config: `
discovery: { enabled: false }
backends:
  - { id: only, engine: openai-compatible, url: "${server.url}/v1" }
`,
  });
  const answered = await chat(node);
  assertEquals(answered.status, 200);
  await answered.body?.cancel();
  await server[Symbol.asyncDispose]();

  // The first failure draws attention; soon after, the server's models are off the list.
  for (let models = 1; models > 0;) {
    await (await chat(node)).body?.cancel();
    const list = await (await fetch(`${node.url}/v1/models`)).json();
    models = list.data.filter(({ id }: { id: string }) => id === "llama3.2:3b").length;
  }
  const lost = await chat(node);
  const { error } = await lost.json();
  assertEquals([lost.status, error.code], [502, "backend_unreachable"]);
  assertStringIncludes(error.message, '"only" is down');
  assert(lost.headers.get("x-atmosphere-decision")?.startsWith("dec_"));
  const unknown = await chat(node, { model: "never-seen" });
  assertEquals([unknown.status, (await unknown.json()).error.code], [404, "model_not_found"]);
});
