import { assert, assertEquals } from "@std/assert";
import { fileUrl } from "../database/place.ts";
import { Engine } from "../engine.ts";
import type { SearchQuery } from "../types.ts";

const dimensions = 8;

async function withEngine<T>(path: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await Engine.open({ url: fileUrl(path), now: () => 0 });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Vectors of which many are the same, so that which of them is found must not be chance. */
function vectorOf(i: number): number[] {
  return Array.from({ length: dimensions }, (_, j) => ((i % 97) * (j + 3)) % 11 - 5.5);
}

/** Segments, a tail that is in none, replaced and forgotten items. */
async function fill(path: string): Promise<void> {
  await withEngine(path, async (engine) => {
    const collection = "default";
    await engine.createCollection({ name: collection, space: { kind: "own", dimensions } });
    const items = (from: number, to: number, shift = 0) =>
      Array.from({ length: to - from }, (_, i) => ({
        id: String(from + i),
        text: `number ${from + i} ${shift}`,
        vector: vectorOf(from + i + shift),
      }));
    await engine.add({ collection, items: items(0, 1500) });
    await engine.add({ collection, items: items(1500, 3000) });
    await engine.add({ collection, items: items(100, 400, 5) });
    await engine.forget({ collection, selection: { ids: ["7", "700", "1701"] } });
  });
  // Less than a segment: it stays in the tail.
  await withEngine(path, (engine) =>
    engine.add({
      collection: "default",
      items: [{ id: "last", text: "last", vector: vectorOf(3) }],
    }));
}

Deno.test("search() finds the same before vectors are in memory as after", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  try {
    await fill(path);
    for (const i of [3, 40, 96]) {
      await withEngine(path, async (engine) => {
        const query: SearchQuery = { vector: vectorOf(i), limit: 30, explain: true };
        const { loadedBytes } = await engine.stats();
        const first = await engine.search(query);
        const second = await engine.search(query);
        assertEquals(loadedBytes, 0);
        assertEquals(first.hits.length, 30);
        assertEquals(second.hits, first.hits);
        assertEquals(first.explain?.compared, 2998);
        assertEquals(second.explain?.compared, 2998);
      });
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("search() finds what was added after vectors were looked at once", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  try {
    await fill(path);
    await withEngine(path, async (engine) => {
      const vector = Array.from({ length: dimensions }, (_, j) => j === 0 ? 1 : 0);
      await engine.search({ vector });
      await engine.add({ collection: "default", items: [{ id: "new", text: "new", vector }] });
      const { hits } = await engine.search({ vector, limit: 1 });
      assertEquals(hits[0]?.item.id, "new");
      await engine.forget({ collection: "default", selection: { ids: ["new"] } });
      const rest = await engine.search({ vector, limit: 1 });
      assert(rest.hits[0]?.item.id !== "new");
    });
  } finally {
    await Deno.remove(path);
  }
});
