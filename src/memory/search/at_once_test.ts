import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { fileUrl } from "../database/place.ts";
import { Engine } from "../engine.ts";
import { cosine } from "../kernel/quantize.ts";

const collection = "default";

/** Reproducible vectors; `factor` sets their length. */
function vectors(count: number, dimensions: number, factor = 1): Float32Array<ArrayBuffer>[] {
  let state = 7;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
  return Array.from(
    { length: count },
    () => new Float32Array(dimensions).map(() => factor * next()),
  );
}

async function withEngines(work: (open: () => Promise<Engine>) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(path));
  await work(async () => {
    const engine = await Engine.open({ url: fileUrl(path), now: () => 1_000 });
    stack.defer(() => engine.close());
    return engine;
  });
}

/** Adds `all`, and searches until vectors are in memory. */
async function fill(engine: Engine, all: readonly Float32Array<ArrayBuffer>[]): Promise<void> {
  const space = { kind: "own", dimensions: all[0]!.length } as const;
  await engine.createCollection({ name: collection, space });
  const items = all.map((vector, i) => ({ id: String(i), text: `text ${i}`, vector }));
  await engine.add({ collection, items });
  for (let i = 0; i < 2; i++) await engine.search({ vector: all[0]! });
}

for (const factor of [1, 1e-19, 1e17]) {
  Deno.test(`search() gives the exact nearest of vectors of about the length ${factor}`, async () => {
    await withEngines(async (open) => {
      const engine = await open();
      const all = vectors(500, 48, factor);
      await fill(engine, all);
      for (const vector of vectors(520, 48).slice(500)) {
        const expected = all.map((own, i) => [String(i), cosine(vector, own)] as const)
          .sort((a, b) => b[1] - a[1]).slice(0, 10);
        // An explanation takes the longer way.
        for (const explain of [false, true]) {
          const { hits } = await engine.search({ vector, explain });
          assertEquals(hits.map(({ item }) => item.id), expected.map(([id]) => id));
          hits.forEach(({ similarity, item }, i) => {
            assertAlmostEquals(similarity!, expected[i]![1], 1e-6);
            assertEquals(item.text, `text ${item.id}`);
          });
        }
      }
    });
  });
}

Deno.test("search() says the same in one statement as with an explanation", async () => {
  await withEngines(async (open) => {
    const engine = await open();
    const all = vectors(300, 8);
    await fill(engine, [...all, ...all]);
    for (const more of [{}, { limit: 40 }, { minSimilarity: 0.8 }, { limit: 1000 }]) {
      const query = { vector: all[5]!, ...more };
      const { explain: _, ...long } = await engine.search({ ...query, explain: true });
      assertEquals(await engine.search(query), long);
    }
    await assertRejects(() => engine.search({ vector: all[0]!, limit: 0 }), Error, "limit");
    await assertRejects(() => engine.search({ vector: [1, 2] }), Error, "dimensions");
  });
});

Deno.test("search() follows what another connection has changed, and what has expired", async () => {
  await withEngines(async (open) => {
    const engine = await open();
    const other = await open();
    const [first, second, third] = vectors(3, 8) as [Float32Array, Float32Array, Float32Array];
    await fill(engine, vectors(2, 8));
    const ids = async () =>
      (await engine.search({ vector: third, limit: 3 })).hits.map(({ item }) => item.id).sort();
    await other.add({ collection, items: [{ id: "new", text: "new", vector: third }] });
    assertEquals(await ids(), ["0", "1", "new"]);
    await other.forget({ collection, selection: { ids: ["1"] } });
    assertEquals(await ids(), ["0", "new"]);
    await engine.add({ collection, items: [{ id: "0", text: "other", vector: second }] });
    assertEquals((await engine.search({ vector: first, limit: 3 })).hits.length, 2);
    const expiresAt = new Date(500).toISOString();
    await engine.add({ collection, items: [{ id: "old", text: "old", vector: first, expiresAt }] });
    assertEquals(await ids(), ["0", "new"]);
  });
});
