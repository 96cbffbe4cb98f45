import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError, BackendError, sourceOf, toAtmosphereError } from "../core/mod.ts";
import { openaiError } from "./error_response.ts";
import { setUp, userMessage } from "./fakes_test.ts";
import { guardEventStream } from "./sse_guard.ts";

const encoder = new TextEncoder();
const delta = 'data: {"choices":[{"delta":{"content":"hé🙂"},"finish_reason":null}]}\n\n';
const finish = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n';
const usage = 'data: {"choices":[],"usage":{"total_tokens":3}}\n\n';
const done = "data: [DONE]\n\n";

/** A source that sends `chunks`, then ends or fails. */
function source(chunks: ReadonlyArray<string | Uint8Array>, failure?: unknown) {
  const rest = [...chunks];
  const state = { cancelled: undefined as unknown, pulls: 0 };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      state.pulls++;
      const next = rest.shift();
      if (next !== undefined) {
        controller.enqueue(typeof next === "string" ? encoder.encode(next) : next);
      } else if (failure !== undefined) controller.error(failure);
      else controller.close();
    },
    cancel: (reason) => void (state.cancelled = reason),
  }, { highWaterMark: 0 });
  return { stream, state };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function guard(stream: ReadableStream<Uint8Array>, ends: string[] = []) {
  return guardEventStream(sourceOf(stream), {
    origin: "backend:ollama",
    backend: "ollama",
    describe: (thrown) => openaiError(toAtmosphereError(thrown), "req_1"),
    onEnd: (how) => void ends.push(how),
  });
}

async function pass(
  chunks: ReadonlyArray<string | Uint8Array>,
  failure?: unknown,
): Promise<{ text: string; ends: string[] }> {
  const ends: string[] = [];
  const text = await new Response(guard(source(chunks, failure).stream, ends)).text();
  return { text, ends };
}

Deno.test("guardEventStream() passes a whole stream byte for byte, however it is cut up", async () => {
  const streams = [
    delta + delta + finish + usage + done,
    (delta + finish + done).replaceAll("\n", "\r\n"),
    (delta + finish + done).replaceAll("\n", "\r"),
    `: hello\n\nevent: x\nid: 1\nretry: 5\ndata: {"a":1}\n\n${finish}${done}`,
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...streams),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      async (text, sizes) => {
        const bytes = encoder.encode(text);
        const chunks: Uint8Array[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          chunks.push(bytes.slice(at, at + size));
          at += size;
        }
        assertEquals(await pass(chunks), { text, ends: ["complete"] });
      },
    ),
  );
});

Deno.test("guardEventStream() passes chunks of whole events on as they are", async () => {
  const chunks = [delta, delta + delta, finish + done].map((text) => encoder.encode(text));
  const reader = guard(source(chunks).stream).getReader();
  for (const chunk of chunks) assertEquals((await reader.read()).value === chunk, true);
  assertEquals((await reader.read()).done, true);
});

Deno.test("guardEventStream() reports a stream that stops before its end", async () => {
  for (const chunks of [[], [delta], [delta, delta], [": only a comment\n\n"]]) {
    const { text, ends } = await pass(chunks);
    assertEquals(text.startsWith(chunks.join("")), true);
    const last = JSON.parse(text.slice(chunks.join("").length).replace(/^data: /, ""));
    assertEquals(last.error.code, "backend_invalid_response");
    assertEquals(last.error.origin, "backend:ollama");
    assertEquals([text.includes("[DONE]"), ends], [false, ["failed"]]);
  }
});

Deno.test("guardEventStream() never sends half an event", async () => {
  for (const half of ['data: {"choices":[{"del', delta.slice(0, -2).slice(0, -1), "dat"]) {
    const { text } = await pass([delta, half]);
    const events = text.split("\n\n").filter((event) => event !== "");
    assertEquals(events.length, 2);
    assertEquals(JSON.parse(events[1]?.slice(6) ?? "").error.code, "backend_invalid_response");
  }
  const afterFinish = await pass([finish, usage.slice(0, 20)]);
  assertStringIncludes(afterFinish.text, "before the answer was whole");
});

Deno.test("guardEventStream() ends a failing stream with the failure", async () => {
  const timeout = new BackendError("backend_timeout", "ollama was silent for 30 s", {
    origin: "backend:ollama",
  });
  const known = await pass([delta], timeout);
  assertStringIncludes(known.text, '"code":"backend_timeout"');
  assertEquals([known.text.includes("[DONE]"), known.ends], [false, ["failed"]]);
  const reset = await pass([delta], new TypeError("connection reset at 10.0.0.7"));
  assertStringIncludes(reset.text, '"code":"backend_unreachable"');
  assertEquals(reset.text.includes("10.0.0.7"), false);
});

Deno.test("guardEventStream() gives a whole stream the end that it lacks", async () => {
  assertEquals((await pass([delta, finish])).text, delta + finish + done);
  assertEquals((await pass([delta, finish, usage])).text, delta + finish + usage + done);
  const noBlankLine = await pass([delta, "data: [DONE]"]);
  assertEquals(noBlankLine, { text: delta + done, ends: ["complete"] });
  assertEquals((await pass([delta, finish.trimEnd()])).text, delta + finish + done);
});

Deno.test("guardEventStream() leaves a backend's own error event the last word", async () => {
  const failure = 'data: {"error":{"message":"out of memory"}}\n\n';
  assertEquals(await pass([delta, failure]), { text: delta + failure, ends: ["failed"] });
});

Deno.test("guardEventStream() bounds what it holds of an endless event", async () => {
  const piece = "x".repeat(300 << 10);
  const { text } = await pass(["data: ", piece, piece, piece, piece, piece]);
  assertEquals(text.length > 1 << 20, true);
  assertStringIncludes(text, 'x\n\ndata: {"error"');
});

Deno.test("guardEventStream() cancels its source and takes nothing ahead", async () => {
  const { stream, state } = source([delta, delta, delta]);
  const ends: string[] = [];
  const reader = guard(stream, ends).getReader();
  await reader.read();
  // Whatever would be taken ahead is taken by the next turn of the event loop.
  await nextTurn();
  assertEquals(state.pulls, 1);
  await reader.cancel("gone");
  assertEquals([state.cancelled, ends], ["gone", ["left"]]);
});

Deno.test("guardEventStream() reports nothing when the reader leaves while the source is silent", async () => {
  for (const how of ["close", "error"] as const) {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const silent = new ReadableStream<Uint8Array>({
      start: (given) => void (controller = given),
      cancel: () => {
        if (how === "error") throw new Error("it broke at the same time");
      },
    });
    const seen: unknown[] = [];
    const reader = guardEventStream(sourceOf(silent), {
      origin: "backend:ollama",
      backend: "ollama",
      describe: (thrown) => void seen.push(thrown),
      onEnd: (end) => void seen.push(end),
    }).getReader();
    controller?.enqueue(encoder.encode(delta));
    await reader.read();
    const waiting = reader.read();
    await nextTurn();
    await reader.cancel("gone");
    assertEquals((await waiting).done, true);
    await nextTurn();
    assertEquals(seen, ["left"]);
  }
});

Deno.test("createApp() logs a cut stream under the id that the caller has", async () => {
  const { post, gateway, log } = setUp();
  gateway.answer = () => ({
    contentType: "text/event-stream; charset=utf-8",
    body: source([delta]).stream,
  });
  const response = await post("/v1/chat/completions", { messages: [userMessage], stream: true });
  const id = response.headers.get("x-request-id") ?? "";
  assertStringIncludes(await response.text(), id);
  assertEquals(response.headers.get("x-accel-buffering"), "no");
  assertStringIncludes(log.at(-1) ?? "", id);
});

Deno.test("createApp() does not guard an error that answers a stream's request", async () => {
  const { post, gateway } = setUp();
  const error = { error: { message: "bad image", type: "invalid_request_error" } };
  gateway.answer = () => ({ status: 400, body: error });
  const response = await post("/v1/chat/completions", { messages: [userMessage], stream: true });
  assertEquals([response.status, await response.json()], [400, error]);
  assertEquals(response.headers.get("x-atmosphere-backend"), "ollama");
  assertEquals(error instanceof AtmosphereError, false);
});
