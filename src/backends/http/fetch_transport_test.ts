/** The transport for https, over plain http here: what is tested is what it makes of answers. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { startFakeServer } from "../../../tests/fakes/mod.ts";
import { BackendError, streamOf } from "../../core/mod.ts";
import { FetchTransport } from "./fetch_transport.ts";

const signal = new AbortController().signal;

async function start() {
  const server = await startFakeServer({ engine: "openai", models: ["m"] });
  const transport = new FetchTransport({ base: server.url, origin: "backend:x" });
  return {
    server,
    post: (from: AbortSignal = signal, headTimeoutMs?: number) =>
      transport.send({
        method: "POST",
        path: "/v1/chat/completions",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }] }),
        signal: from,
        ...(headTimeoutMs === undefined ? {} : { headTimeoutMs }),
      }),
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("FetchTransport gives head and body, whole or streamed", async () => {
  await using pair = await start();
  const whole = await pair.post();
  assertEquals(whole.status, 200);
  assertEquals(whole.headers.get("content-type"), "application/json");
  const text = new TextDecoder().decode(await whole.bytes(10_000));
  assert(text.includes("You said: hi"));
  assertEquals(await new Response(streamOf((await pair.post()).source())).text(), text);
});

Deno.test("FetchTransport never follows a redirect", async () => {
  await using pair = await start();
  await using elsewhere = await startFakeServer({ engine: "openai", models: ["m"] });
  pair.server.script([{ do: "redirect", to: `${elsewhere.url}/v1/chat/completions` }]);
  const answer = await pair.post();
  assertEquals(answer.status, 307);
  await answer.discard();
  assertEquals(elsewhere.requests.length, 0);
});

Deno.test("FetchTransport bounds a body, told or not", async () => {
  await using pair = await start();
  pair.server.script([
    { do: "huge", bytes: 10_000_000 },
    { do: "raw", body: "x".repeat(50_000) },
  ]);
  for (let count = 0; count < 2; count++) {
    const answer = await pair.post();
    const error = await assertRejects(() => answer.bytes(10_000), BackendError);
    assertEquals(error.code, "backend_invalid_response");
  }
});

Deno.test("FetchTransport makes a cut, a silence and a refusal a BackendError", async () => {
  await using pair = await start();
  pair.server.script([{ do: "short-body" }, { do: "silence" }]);
  const cut = await pair.post();
  assertEquals(
    (await assertRejects(() => cut.bytes(10_000), BackendError)).code,
    "backend_unreachable",
  );
  const silent = await assertRejects(() => pair.post(signal, 20), BackendError);
  assertEquals(silent.code, "backend_timeout");
  await pair.server[Symbol.asyncDispose]();
  const refused = await assertRejects(() => pair.post(), BackendError);
  assertEquals(refused.code, "backend_unreachable");
  assert(refused.message.includes("refused"), refused.message);
});

Deno.test("FetchTransport ends with the caller's reason, and closes the connection", async () => {
  await using pair = await start();
  const reason = new Error("gone");
  pair.server.script([{ do: "silence" }, { do: "stall-after", chunks: 0 }]);
  for (const index of [0, 1]) {
    const caller = new AbortController();
    const sent = pair.post(caller.signal).then((answer) => answer.bytes(10_000));
    const request = await pair.server.askedOf(index);
    caller.abort(reason);
    assertEquals(await assertRejects(() => sent), reason);
    await request.gone;
  }
  assertEquals(await assertRejects(() => pair.post(AbortSignal.abort(reason))), reason);
});
