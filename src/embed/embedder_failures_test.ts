import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { createEmbedder } from "./embedder.ts";
import { resolveModel } from "./resolve_model.ts";

/** A worker that answers with vectors of length 2, crashes at "crash" and keeps silent at "wait". */
const fakeWorker = `
onmessage = ({ data }) => {
  if (data.type === "load") postMessage({ type: "loaded", dimensions: 2, viewDimensions: 0, maxTokens: 8 });
  if (data.type !== "embed" || data.texts.includes("wait")) return;
  if (data.texts.includes("refuse")) {
    postMessage({ type: "refused", id: data.id, reason: "no such word" });
    return;
  }
  if (data.texts.includes("crash")) throw new Error("the engine lost its mind");
  const vectors = new Float32Array(data.texts.flatMap((text) => [text.length, 1]));
  postMessage({ type: "embedded", id: data.id, vectors, tokens: data.texts.length });
};`;

function fakeEmbedder() {
  let started = 0;
  const embedder = createEmbedder({
    resolve: () => Promise.resolve({ directory: "unused", hubName: undefined }),
    threads: 1,
    cacheEntries: 4,
    startWorker: () => {
      started++;
      return new Worker(`data:application/javascript,${encodeURIComponent(fakeWorker)}`, {
        type: "module",
      });
    },
  });
  return { embedder, started: () => started };
}

Deno.test("a crash of the worker fails what waits, and the next call starts a new one", async () => {
  const { embedder, started } = fakeEmbedder();
  await using engine = embedder;
  const waiting = assertRejects(() => engine.embed(["wait"]), AtmosphereError, "lost its mind");
  const error = await assertRejects(
    () => engine.embed(["crash"]),
    AtmosphereError,
    "lost its mind",
  );
  await waiting;
  assertEquals(error.code, "embedder_failed");
  assertEquals(engine.state, "failed");
  assert(engine.failure?.includes("lost its mind"));
  assertEquals((await engine.embed(["four"])).vectors, [Float32Array.of(4, 1)]);
  assertEquals([engine.state, engine.failure, started()], ["ready", undefined, 2]);
});

Deno.test("a text that the engine refuses fails its caller alone", async () => {
  const { embedder, started } = fakeEmbedder();
  await using engine = embedder;
  await assertRejects(() => engine.embed(["refuse"]), AtmosphereError, "no such word");
  assertEquals((await engine.embed(["a"])).vectors.length, 1);
  assertEquals(started(), 1);
});

Deno.test("an aborted caller is let go at once, though the engine stays silent", async () => {
  const { embedder } = fakeEmbedder();
  await using engine = embedder;
  await engine.warm();
  const controller = new AbortController();
  const waiting = engine.embed(["wait"], { signal: controller.signal });
  const reason = new Error("gone");
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
  assertEquals((await engine.embed(["abc"])).vectors, [Float32Array.of(3, 1)]);
});

Deno.test("a caller that is aborted while the model loads is let go at once", async () => {
  const { promise: never } = Promise.withResolvers<never>();
  const engine = createEmbedder({ resolve: () => never, threads: 1, cacheEntries: 0 });
  const reason = new Error("gone");
  const controller = new AbortController();
  const waits = [
    assertRejects(() => engine.embed(["a"], { signal: controller.signal }), Error, "gone"),
    assertRejects(() => engine.warm({ signal: controller.signal }), Error, "gone"),
  ];
  controller.abort(reason);
  await Promise.all(waits);
  assertEquals(engine.state, "loading");
});

Deno.test("vectors belong to the caller, one each, also those of equal texts", async () => {
  const { embedder } = fakeEmbedder();
  await using engine = embedder;
  const { vectors: [a, b] } = await engine.embed(["x", "x"]);
  a?.fill(9);
  assertEquals(b, Float32Array.of(1, 1));
  engine.cached("x")?.fill(9);
  assertEquals(engine.cached("x"), Float32Array.of(1, 1));
});

Deno.test("an engine without second vectors gives none, though they are asked for", async () => {
  const { embedder } = fakeEmbedder();
  await using engine = embedder;
  for (const _ of [1, 2]) {
    const { features, vectors, model } = await engine.embed(["abc"], { features: true });
    assertEquals([features, vectors, model.viewDimensions], [
      undefined,
      [Float32Array.of(3, 1)],
      0,
    ]);
  }
});

Deno.test("many texts at once are no problem for the caller's side", async () => {
  const { embedder } = fakeEmbedder();
  await using engine = embedder;
  const texts = Array.from({ length: 200_000 }, (_, i) => "y".repeat(i % 50) + i);
  const { vectors } = await engine.embed(texts);
  assertEquals(vectors.length, texts.length);
  assertEquals(vectors[199_999]?.[0], texts[199_999]?.length);
});

Deno.test("a short text does not wait for a book", async () => {
  await using engine = createEmbedder({
    resolve: () => resolveModel({ dataDir: "nowhere", model: "all-minilm-l6-v2" }),
    threads: 1,
    cacheEntries: 0,
  });
  await engine.warm();
  const finished: string[] = [];
  const controller = new AbortController();
  const book = engine.embed(["It was the best of times. ".repeat(40_000)], {
    signal: controller.signal,
  }).then(() => finished.push("book"), (error) => finished.push(error.message));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  for (let i = 0; i < 3; i++) {
    await engine.embed([`a question in between, number ${i}`]);
    finished.push("question");
  }
  clearInterval(timer);
  // The book was read meanwhile, and not by this thread.
  assertNotEquals(ticks, 0);
  controller.abort(new Error("closed"));
  await book;
  assertEquals(finished, ["question", "question", "question", "closed"]);
});

Deno.test("dispose while a batch is in the model ends at once", async () => {
  const engine = createEmbedder({
    resolve: () => resolveModel({ dataDir: "nowhere", model: "all-minilm-l6-v2" }),
    threads: 1,
    cacheEntries: 0,
  });
  await engine.warm();
  const refused = assertRejects(
    () => engine.embed(["It was the worst of times. ".repeat(40_000)]),
    AtmosphereError,
    "stopped",
  );
  await engine.embed(["the book is under way when this is answered"]);
  await engine[Symbol.asyncDispose]();
  await refused;
});
