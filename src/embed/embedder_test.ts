import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { createEmbedder } from "./embedder.ts";
import { resolveModel } from "./resolve_model.ts";

interface Fixture {
  readonly rows: ReadonlyArray<{ text: string; tokens: number; vector: string }>;
}

function embedder(options: { cacheEntries?: number } = {}) {
  return createEmbedder({
    resolve: () => resolveModel({ dataDir: "nowhere", model: "all-minilm-l6-v2" }),
    threads: 1,
    cacheEntries: options.cacheEntries ?? 1_000,
  });
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x = 0, y = 0] = [a[i], b[i]];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
}

const fixture: Fixture = JSON.parse(
  await Deno.readTextFile(
    new URL("../../tests/fixtures/embed/minilm_fp32.json", import.meta.url),
  ),
);

Deno.test("embed() agrees with the original weights at full precision", async () => {
  await using engine = embedder();
  const { vectors, tokens } = await engine.embed(fixture.rows.map(({ text }) => text));
  fixture.rows.forEach(({ text, vector }, i) => {
    const reference = Float32Array.from(
      new Int16Array(Uint8Array.fromBase64(vector).buffer),
      (x) => x / 32767,
    );
    const agreement = cosine(vectors[i]!, reference);
    assertGreater(agreement, 0.99, `${text.slice(0, 60)}: ${agreement}`);
  });
  assertEquals(tokens, fixture.rows.reduce((sum, row) => sum + row.tokens, 0));
});

Deno.test("embed() puts paraphrases closer than what only looks alike", async () => {
  await using engine = embedder();
  const near = async (a: string, b: string) => {
    const { vectors: [x, y] } = await engine.embed([a, b]);
    return cosine(x!, y!);
  };
  assertGreater(
    await near("The cat sits on the mat.", "A kitten is resting on the rug."),
    await near("The cat sits on the mat.", "The car sits on the lot.") - 0.2,
  );
  assertGreater(
    await near("How do I reset my password?", "I forgot my login credentials, what now?"),
    await near("How do I reset my password?", "How do I bake a loaf of bread?"),
  );
  assertLess(await near("The cat sits on the mat.", "Stock prices fell sharply."), 0.2);
});

Deno.test("embed() gives a text the same vector alone, in a batch and among callers", async () => {
  const texts = fixture.rows.map(({ text }) => text);
  await using engine = embedder({ cacheEntries: 0 });
  const [batch, ...alone] = await Promise.all([
    engine.embed(texts),
    ...texts.map((text) => engine.embed([text])),
  ]);
  alone.forEach(({ vectors: [vector] }, i) => {
    assertGreater(cosine(vector!, batch.vectors[i]!), 0.9999, texts[i]);
  });
});

Deno.test("embed() reads all of a long text, not its beginning alone", async () => {
  await using engine = embedder();
  const filler = "The committee met again and talked about the weather for a while. ".repeat(60);
  const { vectors: [plain, hidden, topic], tokens } = await engine.embed([
    filler,
    `${filler} ${"Penguins breed on the ice of Antarctica. ".repeat(30)}`,
    "Penguins breed on the ice of Antarctica.",
  ]);
  assertGreater(tokens, 800);
  assertGreater(cosine(hidden!, topic!), cosine(plain!, topic!) + 0.1);
});

Deno.test("embed() takes whatever a string can hold", async () => {
  await using engine = embedder();
  const odd = [
    "",
    "   \n\t",
    "\0",
    "\ud800 lone",
    "a\u0000b",
    "👩‍👩‍👧‍👦".repeat(50),
    "x".repeat(1_000_000),
  ];
  const { vectors } = await engine.embed(odd);
  assertEquals(vectors.length, odd.length);
  for (const [i, vector] of vectors.entries()) {
    assert(vector.every(Number.isFinite), JSON.stringify(odd[i]?.slice(0, 20)));
    assertLess(Math.abs(Math.hypot(...vector) - 1), 1e-3);
  }
  assertEquals((await engine.embed([])).vectors, []);
});

Deno.test("embed() gives second vectors when asked, and the same embeddings then", async () => {
  await using engine = embedder({ cacheEntries: 10 });
  const texts = ["where is my card", "a longer text about something else, so that one is padded"];
  const plain = await engine.embed(texts);
  assertEquals(plain.features, undefined);
  const { features, vectors, model } = await engine.embed(texts, { features: true });
  assertEquals([vectors, model.viewDimensions], [plain.vectors, 384]);
  for (const [i, row] of features!.entries()) {
    assertEquals(row.subarray(0, 384), plain.vectors[i]);
    assertLess(Math.abs(Math.hypot(...row.subarray(384)) - 1), 1e-3);
    const { features: alone, tokens } = await engine.embed([texts[i]!], { features: true });
    assertEquals([alone, tokens], [[row], 0]);
    await using other = embedder();
    const [again] = (await other.embed([texts[i]!], { features: true })).features!;
    assertLess(1 - again!.reduce((sum, x, d) => sum + x * row[d]!, 0) / 2, 1e-4);
  }
  assertNotEquals(features![0]!.slice(384), vectors[0]);
  // Texts whose embedding alone was wanted are embedded again, once.
  await engine.embed(["new"]);
  const asked = [1, 2].map(() => engine.embed(["new"], { features: true }));
  assertEquals((await Promise.all(asked)).map((answer) => answer.features?.[0]?.length), [
    768,
    768,
  ]);
  assertEquals((await engine.embed(["new"], { features: true })).tokens, 0);
});

Deno.test("cached() knows what was embedded, and a repeated text costs no tokens", async () => {
  await using engine = embedder({ cacheEntries: 2 });
  assertEquals(engine.cached("one"), undefined);
  const { vectors: [one] } = await engine.embed(["one"]);
  assertEquals(engine.cached("one"), one);
  assertEquals((await engine.embed(["one", "one"])).tokens, 0);
  await engine.embed(["two", "three"]);
  assertEquals(engine.cached("one"), undefined);
});

Deno.test("embed() lets a caller go and serves the others", async () => {
  await using engine = embedder();
  await engine.warm();
  const controller = new AbortController();
  const reason = new Error("gone");
  const leaving = engine.embed(
    Array.from({ length: 300 }, (_, i) => `a text that nobody waits for, number ${i}`),
    { signal: controller.signal },
  );
  const staying = engine.embed(["a text that somebody waits for"]);
  controller.abort(reason);
  assertEquals(await assertRejects(() => leaving), reason);
  assertEquals((await staying).vectors[0]?.length, 384);
  // What was called off never reached the engine.
  assertEquals(engine.cached("a text that nobody waits for, number 299"), undefined);
  await assertRejects(
    () => engine.embed(["x"], { signal: AbortSignal.abort(reason) }),
    Error,
    "gone",
  );
});

Deno.test("dispose ends what is under way with a clear error", async () => {
  const engine = embedder();
  const waiting = engine.embed(fixture.rows.map(({ text }) => text));
  const refused = assertRejects(() => waiting, AtmosphereError, "stopped");
  await engine[Symbol.asyncDispose]();
  await refused;
  await assertRejects(() => engine.embed(["late"]), AtmosphereError, "stopped");
});

Deno.test("a missing or damaged model is named, and the next call tries again", async (t) => {
  const folder = await Deno.makeTempDir();
  const { directory } = await resolveModel({ dataDir: "nowhere", model: "all-minilm-l6-v2" });
  const copy = `${folder}/model`;
  await copyFolder(directory, copy);
  const onnx = `${copy}/onnx/model_quantized.onnx`;
  const whole = await Deno.readFile(onnx);
  await using engine = createEmbedder({
    resolve: () => Promise.resolve({ directory: copy, hubName: undefined }),
    threads: 1,
    cacheEntries: 0,
  });
  const changed = whole.slice();
  changed[whole.length >> 1]! ^= 1;
  for (
    const [what, spoil, words] of [
      ["truncated", () => Deno.writeFile(onnx, whole.subarray(0, 1_000)), "1000 bytes instead of"],
      ["changed", () => Deno.writeFile(onnx, changed), "not the file that was prepared"],
      ["missing", () => Deno.remove(onnx), "can't be read"],
    ] as const
  ) {
    await t.step(what, async () => {
      await spoil();
      const error = await assertRejects(() => engine.embed(["x"]), AtmosphereError, words);
      assertEquals(error.code, "embedder_failed");
      assertEquals(engine.state, "failed");
    });
  }
  await Deno.writeFile(onnx, whole);
  assertEquals((await engine.embed(["x"])).vectors[0]?.length, 384);
  assertEquals(engine.state, "ready");
  await Deno.remove(folder, { recursive: true });
});

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const entry of Deno.readDir(from)) {
    if (entry.isDirectory) await copyFolder(`${from}/${entry.name}`, `${to}/${entry.name}`);
    else await Deno.copyFile(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}
