/** What a backend must survive: everything that a server, or what poses as one, can answer. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Command, startFakeServer } from "../../tests/fakes/mod.ts";
import { type Backend, BackendError, createLogger, type ErrorCode } from "../core/mod.ts";
import { type BackendOptions, createBackend } from "./mod.ts";

const signal = new AbortController().signal;

async function start(options: BackendOptions = {}) {
  const server = await startFakeServer({ engine: "openai-compatible", models: ["m"] });
  const backend = createBackend({
    id: "box",
    engine: "openai-compatible",
    url: server.url,
    tags: [],
    enabled: true,
    source: "configured",
  }, options);
  return {
    server,
    backend,
    async [Symbol.asyncDispose]() {
      await backend[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function ask(backend: Backend, stream = false) {
  return backend.send({
    operation: "chat/completions",
    body: { model: "m", messages: [{ role: "user", content: "hi" }], stream },
    stream,
    signal,
  });
}

const cases: readonly [Command, ErrorCode, string][] = [
  [{ do: "reset" }, "backend_unreachable", "closed the connection"],
  [{ do: "close" }, "backend_unreachable", "closed the connection"],
  [{ do: "short-body" }, "backend_unreachable", "closed the connection"],
  [{ do: "garbage" }, "backend_invalid_response", "not HTTP"],
  [{ do: "html" }, "backend_invalid_response", "text/html in place of"],
  [{ do: "empty" }, "backend_invalid_response", "empty body"],
  [{ do: "half-json" }, "backend_invalid_response", "no whole JSON"],
  [{ do: "redirect", to: "http://127.0.0.1:9/" }, "backend_invalid_response", "redirect"],
  [{ do: "raw", body: "[1]" }, "backend_invalid_response", ""],
  [{ do: "raw", body: "{}", headers: { "content-type": "" } }, "backend_invalid_response", ""],
  [{ do: "raw", status: 304, body: "" }, "backend_invalid_response", ""],
];

for (const stream of [false, true]) {
  for (const [command, code, text] of cases) {
    const how = stream ? "streamed" : "whole";
    Deno.test(`send() meets ${JSON.stringify(command)} with ${code} (${how})`, async () => {
      await using pair = await start();
      // Once on a fresh connection and once on a used one.
      pair.server.script([command, { do: "ok" }, command]);
      for (const attempt of [1, 2]) {
        const error = await assertRejects(() => ask(pair.backend, stream), BackendError);
        assertEquals(error.code, code);
        assertEquals(error.retryable, true);
        // Asked for a stream, any JSON that is no error is out of place, whole or not.
        const said = stream && /JSON|empty/.test(text) ? "in place of a stream" : text;
        assertStringIncludes(error.message, said);
        if (attempt === 1) await new Response((await ask(pair.backend, stream)).body).text();
      }
      assertEquals(pair.server.asked.length, 3, "no request may be sent twice");
    });
  }
}

Deno.test("send() never contacts the target of a redirect, nor sends it the key", async () => {
  await using pair = await start();
  await using elsewhere = await startFakeServer({ engine: "openai", models: ["m"] });
  for (const status of [301, 302, 303, 307, 308]) {
    pair.server.script([{ do: "redirect", status, to: `${elsewhere.url}/v1/chat/completions` }]);
    const error = await assertRejects(() => ask(pair.backend), BackendError);
    assertEquals(error.upstreamStatus, status);
  }
  pair.server.script(() => ({ do: "redirect", to: `${elsewhere.url}/v1/models` }));
  await assertRejects(() => pair.backend.listModels({ signal }), BackendError);
  assertEquals((await pair.backend.probe({ signal })).reachable, false);
  const location = `${elsewhere.url}/v1/models`;
  pair.server.script(() => ({
    do: "raw",
    status: 302,
    body: '{"data":[{"id":"m"}]}',
    headers: { location },
  }));
  const listing = await assertRejects(() => pair.backend.listModels({ signal }), BackendError);
  assertStringIncludes(listing.message, "redirect");
  assertEquals(elsewhere.requests.length, 0);
});

Deno.test("send() tells a port that nobody listens at, a name that is none, and plain TLS", async () => {
  const closed = await startFakeServer({ engine: "openai", models: [] });
  await closed[Symbol.asyncDispose]();
  await using open = await startFakeServer({ engine: "openai", models: [] });
  for (
    const [url, text] of [
      [closed.url, "connection refused"],
      ["http://no-such-host.invalid:1234", "can't be resolved"],
      [open.url.replace("http:", "https:"), "TLS"],
    ] as const
  ) {
    await using backend = createBackend({
      id: "box",
      engine: "openai-compatible",
      url,
      tags: [],
      enabled: true,
      source: "configured",
    });
    const error = await assertRejects(() => ask(backend), BackendError);
    assertEquals(error.code, "backend_unreachable");
    assertStringIncludes(error.message, text);
    const probe = await backend.probe({ signal });
    assert(!probe.reachable);
    assertStringIncludes(probe.reason, text);
  }
});

Deno.test("send() ends silence by firstByteMs, by the signal, and not otherwise", async () => {
  await using pair = await start({ firstByteMs: 30 });
  pair.server.script([{ do: "silence" }]);
  const error = await assertRejects(() => ask(pair.backend), BackendError);
  assertEquals(error.code, "backend_timeout");
  await (await pair.server.askedOf(0)).gone;

  await using patient = await start();
  patient.server.script([{ do: "silence" }]);
  const sent = ask(patient.backend);
  await patient.server.askedOf(0);
  patient.server.release();
  assertEquals((await sent).status, 200);
});

Deno.test("probe() and listModels() end by their own limits", async () => {
  await using pair = await start({ probeTimeoutMs: 30 });
  pair.server.script(() => ({ do: "silence" }));
  const probe = await pair.backend.probe({ signal });
  assert(!probe.reachable);
  assertStringIncludes(probe.reason, "silent for 30 ms");
  await using patient = await start();
  patient.server.script(() => ({ do: "silence" }));
  const stop = new AbortController();
  const probing = patient.backend.probe({ signal: stop.signal });
  await patient.server.received(0);
  stop.abort("stopped");
  assertEquals(await probing.catch((thrown) => thrown), "stopped");
  const reason = new Error("enough");
  const listed = pair.backend.listModels({ signal: AbortSignal.abort(reason) });
  assertEquals(await assertRejects(() => listed), reason);
});

Deno.test("send() stops reading a body that is too long, told or not", async () => {
  await using pair = await start({ maxResponseBytes: 100_000 });
  pair.server.script([{ do: "huge", bytes: 50_000_000 }]);
  const unknown = await assertRejects(() => ask(pair.backend), BackendError);
  assertStringIncludes(unknown.message, "more than 100000 bytes");
  await (await pair.server.askedOf(0)).gone;
  pair.server.script([{ do: "raw", body: `{"x":"${"y".repeat(200_000)}"}` }]);
  const told = await assertRejects(() => ask(pair.backend), BackendError);
  assertEquals(told.code, "backend_invalid_response");
});

Deno.test("send() turns an error under status 200 into one for a stream", async () => {
  await using pair = await start();
  pair.server.script([{ do: "raw", body: '{"error":{"message":"model crashed"}}' }]);
  const error = await assertRejects(() => ask(pair.backend, true), BackendError);
  assertEquals(error.code, "backend_failed");
  assertStringIncludes(error.message, "model crashed");
});

Deno.test("send() sends a file as a form, and takes text or sound for what may be either", async () => {
  await using pair = await start();
  pair.server.script([
    { do: "raw", body: "hello", headers: { "content-type": "text/plain" } },
    { do: "raw", body: "sound", headers: { "content-type": "audio/mpeg" } },
    { do: "html" },
  ]);
  const send = (operation: "audio/transcriptions" | "audio/speech", body: object) =>
    pair.backend.send({ operation, body: { model: "whisper-1", ...body }, stream: false, signal });
  const file = new File(["RIFF"], "a.wav", { type: "audio/wav" });
  const text = await send("audio/transcriptions", { file, temperature: 0 });
  assertEquals(new TextDecoder().decode(text.bytes), "hello");
  const [first] = pair.server.asked;
  assert(first?.headers["content-type"]?.startsWith("multipart/form-data; boundary="));
  for (const part of ['name="file"; filename="a.wav"', "RIFF", 'name="temperature"']) {
    assertStringIncludes(first?.text ?? "", part);
  }
  const sound = await send("audio/speech", { input: "hi" });
  assertEquals(sound.headers.get("content-type"), "audio/mpeg");
  await assertRejects(() => send("audio/transcriptions", { file }), BackendError);
});

Deno.test("send() drops cookies and the server's own headers", async () => {
  await using pair = await start();
  pair.server.script([{
    do: "raw",
    body: "{}",
    headers: {
      "set-cookie": "a=b",
      "server": "nginx",
      "connection": "keep-alive",
      "x-request-id": "r1",
      "access-control-allow-origin": "*",
    },
  }]);
  const { headers } = await ask(pair.backend);
  assertEquals([...headers.keys()].sort(), ["content-type", "x-request-id"]);
});

Deno.test("send() uses connections again, and drops those that the server closed", async () => {
  await using pair = await start();
  for (let count = 0; count < 5; count++) await ask(pair.backend);
  assertEquals(pair.server.connections, 1);
  await Promise.all([ask(pair.backend), ask(pair.backend), ask(pair.backend)]);
  assertEquals(pair.server.connections, 3);
  const body = await new Response((await ask(pair.backend, true)).body).text();
  assertStringIncludes(body, "[DONE]");
  assertEquals(pair.server.connections, 3);
});

const lists: readonly [string, string, ErrorCode | undefined][] = [
  ["a list in place of an object with one", '["a"]', undefined],
  ["no list", '{"models":{}}', "backend_invalid_response"],
  ["text", '"hello"', "backend_invalid_response"],
  ["null", "null", "backend_invalid_response"],
  ["half a JSON", '{"data":[', "backend_invalid_response"],
  ["nothing", "", "backend_invalid_response"],
  ["bytes that are no text", "\u0000\ufffd", "backend_invalid_response"],
  [
    "100,000 models",
    JSON.stringify({ data: Array.from({ length: 100_000 }, (_, id) => ({ id: `m${id}` })) }),
    "backend_invalid_response",
  ],
  ["50 MB", `{"data":[],"x":"${"y".repeat(50_000_000)}"}`, "backend_invalid_response"],
];

for (const [name, body, code] of lists) {
  Deno.test(`listModels() survives ${name}`, async () => {
    await using pair = await start();
    pair.server.script(() => ({ do: "raw", body }));
    if (code === undefined) {
      assertEquals(await pair.backend.listModels({ signal }), []);
      return;
    }
    const error = await assertRejects(
      () => pair.backend.listModels({ signal }),
      BackendError,
    );
    assertEquals(error.code, code);
    assert(error.message.length < 300);
  });
}

Deno.test("listModels() skips broken entries, says why, and bounds what it keeps", async () => {
  const lines: string[] = [];
  const logger = createLogger({ write: (line) => lines.push(line) });
  await using pair = await start({ logger });
  const data = [
    { id: "good", max_model_len: 4_096 },
    { id: "good" },
    { id: "negative", max_model_len: -5 },
    { id: "text", max_model_len: "8192" },
    { id: "endless", max_model_len: 1e300 },
    { id: "x".repeat(10_000) },
    { id: 7 },
    { id: "line\nbreak" },
    { name: "by-name" },
    null,
    [],
    "text",
    {},
  ];
  pair.server.script(() => ({ do: "raw", body: JSON.stringify({ data }) }));
  const models = await pair.backend.listModels({ signal });
  assertEquals(models.map(({ name }) => name), ["good", "negative", "text", "endless", "by-name"]);
  assertEquals(models.map(({ features }) => features.contextTokens), [
    4_096,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  const text = lines.join("\n");
  for (const reason of ["repeated name", "no usable name", "not an object"]) {
    assertStringIncludes(text, reason);
  }
});

Deno.test("listModels() keeps only the models that are configured", async () => {
  await using server = await startFakeServer({
    engine: "openai-compatible",
    models: ["qwen3:8b", "qwen3:14b", "llama3.2:3b", "a.b"],
  });
  await using backend = createBackend({
    id: "box",
    engine: "openai-compatible",
    url: `${server.url}/v1`,
    models: ["qwen3:*", "a.b"],
    tags: [],
    enabled: true,
    source: "configured",
  });
  const models = await backend.listModels({ signal });
  assertEquals(models.map(({ name }) => name), ["qwen3:8b", "qwen3:14b", "a.b"]);
});
