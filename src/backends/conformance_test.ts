/** One suite for the backend port, run on every engine against its fake server. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type FakeEngine, type FakeServer, startFakeServer } from "../../tests/fakes/mod.ts";
import {
  type Backend,
  BackendError,
  type BackendResponse,
  type EngineName,
  Secret,
} from "../core/mod.ts";
import { createBackend, ENGINE_PROFILES } from "./mod.ts";

const chatModels: Readonly<Partial<Record<EngineName, string>>> = {
  anthropic: "claude-sonnet-5",
  gemini: "gemini-3.5-flash",
  openai: "gpt-5-mini",
  llamafarm: "discoverable/llama-vet",
};
// These serve chat alone here: by protocol, or because one server holds one model.
const withoutEmbeddings: readonly EngineName[] = [
  "anthropic",
  "llamafarm",
  "groq",
  "deepseek",
  "llama.cpp",
  "sglang",
  "koboldcpp",
];
const signal = new AbortController().signal;
const embedModel = "nomic-embed-text";

function modelOf(engine: EngineName): string {
  return chatModels[engine] ?? "qwen2.5-coder:7b";
}

interface Pair extends AsyncDisposable {
  readonly server: FakeServer;
  readonly backend: Backend;
}

async function start(engine: EngineName, apiKey?: string): Promise<Pair> {
  const server = await startFakeServer({
    engine: engine as FakeEngine,
    models: withoutEmbeddings.includes(engine) ? [modelOf(engine)] : [modelOf(engine), embedModel],
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  const backend = createBackend({
    id: `my-${engine}`,
    engine,
    url: server.url,
    tags: ["mine"],
    enabled: true,
    source: "configured",
    ...(apiKey === undefined ? {} : { apiKey: new Secret(apiKey) }),
  });
  return {
    server,
    backend,
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function ask(backend: Backend, engine: EngineName, body: Record<string, unknown> = {}) {
  return backend.send({
    operation: "chat/completions",
    body: {
      model: modelOf(engine),
      messages: [{ role: "user", content: "hello there" }],
      ...body,
    },
    stream: body.stream === true,
    signal,
  });
}

// deno-lint-ignore no-explicit-any
async function jsonOf(response: BackendResponse): Promise<any> {
  return await new Response(response.body).json();
}

// deno-lint-ignore no-explicit-any
async function chunksOf(response: BackendResponse): Promise<any[]> {
  const text = await new Response(response.body).text();
  const events = text.split("\n\n").map((event) => event.replace(/^data: /, ""))
    .filter((event) => event !== "" && !event.startsWith(":"));
  assertEquals(events.at(-1), "[DONE]");
  return events.slice(0, -1).map((event) => JSON.parse(event));
}

const weatherTool = {
  type: "function",
  function: {
    name: "weather",
    description: "Weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

for (const engine of Object.keys(ENGINE_PROFILES) as EngineName[]) {
  Deno.test(`${engine}: probe() tells a reachable server, and one that is something else`, async () => {
    await using pair = await start(engine);
    const found = await pair.backend.probe({ signal });
    assert(found.reachable, JSON.stringify(found));
    assert(found.latencyMs >= 0);
    pair.server.script(() => ({ do: "html" }));
    const other = await pair.backend.probe({ signal });
    assert(!other.reachable);
    assertStringIncludes(other.reason, "answers, but not as");
  });

  Deno.test(`${engine}: listModels() gives kinds, tags and cost`, async () => {
    await using pair = await start(engine);
    const models = await pair.backend.listModels({ signal });
    const chat = models.find(({ name }) => name === modelOf(engine));
    assert(chat !== undefined, JSON.stringify(models));
    assertEquals(chat.kind, "llm/chat");
    assert(chat.tags.includes("mine"));
    assert(chat.description.length > 20);
    assertEquals(pair.backend.locality, ENGINE_PROFILES[engine].cloud ? "cloud" : "machine");
    assertEquals(chat.cost.outputPerMTok > 0, ENGINE_PROFILES[engine].cloud);
    if (!withoutEmbeddings.includes(engine)) {
      assertEquals(models.find(({ name }) => name === embedModel)?.kind, "llm/embed");
    }
  });

  Deno.test(`${engine}: send() answers a chat`, async () => {
    await using pair = await start(engine);
    const response = await ask(pair.backend, engine);
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("content-type"), "application/json");
    assertEquals(response.headers.has("transfer-encoding"), false);
    const answer = await jsonOf(response);
    assertEquals(answer.choices[0].message.content, "You said: hello there");
    assertEquals(answer.choices[0].finish_reason, "stop");
    assertEquals(answer.usage.total_tokens, 6);
  });

  Deno.test(`${engine}: send() streams a chat with its usage`, async () => {
    await using pair = await start(engine);
    const response = await ask(pair.backend, engine, {
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await chunksOf(response);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
    assertEquals(text, "You said: hello there");
    assertEquals(chunks[0].choices[0].delta.role, "assistant");
    assertEquals(chunks.at(-1).usage.total_tokens, 6);
    assertEquals(chunks.at(-2).choices[0].finish_reason, "stop");
  });

  Deno.test(`${engine}: send() carries tool calls and their results`, async () => {
    await using pair = await start(engine);
    const called = await jsonOf(await ask(pair.backend, engine, { tools: [weatherTool] }));
    const [call] = called.choices[0].message.tool_calls;
    assertEquals(called.choices[0].finish_reason, "tool_calls");
    assertEquals(call.function.name, "weather");
    assertEquals(JSON.parse(call.function.arguments), { city: "hello there" });
    const answered = await jsonOf(
      await ask(pair.backend, engine, {
        tools: [weatherTool],
        messages: [
          { role: "user", content: "weather in Ulm?" },
          called.choices[0].message,
          { role: "tool", tool_call_id: call.id, content: "12 degrees" },
        ],
      }),
    );
    assertEquals(answered.choices[0].message.content, "The tool said: 12 degrees");
  });

  Deno.test(`${engine}: send() streams tool calls in parts that add up`, async () => {
    await using pair = await start(engine);
    const chunks = await chunksOf(
      await ask(pair.backend, engine, { stream: true, tools: [weatherTool] }),
    );
    const parts = chunks.flatMap((chunk) => chunk.choices[0].delta.tool_calls ?? []);
    assertEquals(parts[0].function.name, "weather");
    assert(parts.every((part) => part.index === 0));
    const text = parts.map((part) => part.function.arguments ?? "").join("");
    assertEquals(JSON.parse(text), { city: "hello there" });
    assertEquals(chunks.at(-1).choices[0].finish_reason, "tool_calls");
  });

  Deno.test(`${engine}: send() embeds, or says that it does not`, async () => {
    await using pair = await start(engine);
    const sent = () =>
      pair.backend.send({
        operation: "embeddings",
        body: { model: embedModel, input: ["one", "two"] },
        stream: false,
        signal,
      });
    if (withoutEmbeddings.includes(engine)) {
      const error = await assertRejects(sent, BackendError);
      assertEquals(error.retryable, true);
      return;
    }
    const answer = await jsonOf(await sent());
    assertEquals(answer.data.length, 2);
    assertEquals(answer.data[1].embedding.length, 8);
  });

  Deno.test(`${engine}: send() passes a mistake of the caller on in OpenAI's shape`, async () => {
    await using pair = await start(engine);
    pair.server.script([{ do: "fail", status: 400, body: { error: { message: "bad thing" } } }]);
    const response = await ask(pair.backend, engine);
    assertEquals(response.status, 400);
    assertEquals((await jsonOf(response)).error.message, "bad thing");
    pair.server.script([{ do: "fail", status: 422, body: { detail: "no such field" } }]);
    const wrapped = await ask(pair.backend, engine);
    assertEquals(wrapped.status, 422);
    assertEquals(typeof (await jsonOf(wrapped)).error.message, "string");
  });

  for (
    const [status, code] of [
      [500, "backend_failed"],
      [503, "backend_failed"],
      [529, "backend_failed"],
      [429, "rate_limited"],
      [408, "backend_timeout"],
      [401, "backend_unauthorized"],
      [403, "backend_unauthorized"],
      [404, "model_not_found"],
    ] as const
  ) {
    Deno.test(`${engine}: send() makes status ${status} an error that lets others try`, async () => {
      await using pair = await start(engine);
      pair.server.script([{ do: "fail", status, headers: { "retry-after": "7" } }]);
      const error = await assertRejects(() => ask(pair.backend, engine), BackendError);
      assertEquals(error.code, code);
      assertEquals(error.upstreamStatus, status);
      assertEquals(error.retryable, true);
      assertEquals(error.retryAfterSeconds, 7);
      assertEquals(error.origin, `backend:my-${engine}`);
    });
  }

  Deno.test(`${engine}: send() ends the upstream request when the caller goes away`, async () => {
    await using pair = await start(engine);
    pair.server.script([{ do: "silence" }]);
    const caller = new AbortController();
    const sent = pair.backend.send({
      operation: "chat/completions",
      body: { model: modelOf(engine), messages: [{ role: "user", content: "hi" }] },
      stream: false,
      signal: caller.signal,
    });
    const upstream = await pair.server.askedOf(0);
    const reason = new Error("the caller left");
    caller.abort(reason);
    assertEquals(await assertRejects(() => sent), reason);
    await upstream.gone;
    assertEquals(upstream.aborted, true);
  });

  Deno.test(`${engine}: cancelling a stream ends the upstream request`, async () => {
    await using pair = await start(engine);
    pair.server.script([{ do: "stall-after", chunks: 4 }]);
    const response = await ask(pair.backend, engine, { stream: true });
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    await (await pair.server.askedOf(0)).gone;
  });

  Deno.test(`${engine}: a stream that is cut fails and never looks whole`, async () => {
    await using pair = await start(engine);
    pair.server.script([{ do: "reset-after", chunks: 4 }]);
    const response = await ask(pair.backend, engine, { stream: true });
    await assertRejects(() => new Response(response.body).text(), BackendError);
  });

  Deno.test(`${engine}: the key goes out and never comes back`, async () => {
    await using pair = await start(engine, "k-3f9a8c71d2");
    await ask(pair.backend, engine);
    const { headers } = pair.server.asked[0]!;
    assert(
      headers.authorization === "Bearer k-3f9a8c71d2" || headers["x-api-key"] === "k-3f9a8c71d2",
    );
    assertEquals(headers.cookie, undefined);
    pair.server.script([
      { do: "fail", status: 401, body: { error: { message: "bad key k-3f9a8c71d2!" } } },
      { do: "fail", status: 400, body: { error: { message: "bad key k-3f9a8c71d2!" } } },
    ]);
    const error = await assertRejects(() => ask(pair.backend, engine), BackendError);
    assertEquals(error.message.includes("k-3f9a8c71d2"), false);
    const passed = await new Response((await ask(pair.backend, engine)).body).text();
    assertEquals(passed.includes("k-3f9a8c71d2"), false);
    assertStringIncludes(passed, "[redacted]");
  });
}
