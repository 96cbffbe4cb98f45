/**
 * Several programs on one file: each has its own connection and its own vectors in memory.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { createMemory } from "../../src/memory/mod.ts";

async function withFile(work: (path: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(`${dir}/memory.db`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function items(prefix: string, count: number) {
  return Array.from({ length: count }, (_, i) => ({
    id: `${prefix}${i}`,
    text: `${prefix} ${i}`,
    vector: [Math.sin(i), Math.cos(i), prefix.charCodeAt(0) / 100],
  }));
}

Deno.test("search() sees what another process has added, changed and forgotten", async () => {
  await withFile(async (path) => {
    await using a = await createMemory({ path });
    await using b = await createMemory({ path });
    await a.add([{ id: "x", text: "first", vector: [1, 0] }]);
    const find = async (vector: number[]) =>
      (await b.search({ vector, mode: "dense" })).hits.map(({ item }) => item.text);
    assertEquals(await find([1, 0]), ["first"]);
    await a.add([{ id: "x", text: "second", vector: [0, 1] }, {
      id: "y",
      text: "third",
      vector: [1, 1],
    }]);
    assertEquals(await find([0, 1]), ["second", "third"]);
    await a.forget({ ids: ["x"] });
    assertEquals(await find([0, 1]), ["third"]);
    await a.dropCollection("default");
    assertEquals(await b.collections(), []);
    await a.add([{ id: "z", text: "afresh", vector: [1, 2, 3] }]);
    assertEquals(await find([1, 2, 3]), ["afresh"]);
  });
});

Deno.test("add() from two processes at once loses nothing", async () => {
  await withFile(async (path) => {
    await using a = await createMemory({ path });
    await using b = await createMemory({ path });
    await a.createCollection("default", { space: { kind: "own", dimensions: 3 } });
    const write = async (memory: typeof a, prefix: string) => {
      const all = items(prefix, 700);
      for (let i = 0; i < all.length; i += 7) await memory.add(all.slice(i, i + 7));
    };
    const search = async () => {
      for (let i = 0; i < 20; i++) await a.search({ vector: [1, 1, 1] });
    };
    await Promise.all([write(a, "a"), write(b, "b"), search()]);
    for (const memory of [a, b]) {
      assertEquals((await memory.stats()).items, 1400);
      const { hits, explain } = await memory.search({
        vector: [1, 1, 1],
        limit: 1000,
        explain: true,
      });
      assertEquals(hits.length, 1000);
      assertEquals(explain?.compared, 1400);
    }
    // A later reader loads the segments that the two have sealed between them.
    await using c = await createMemory({ path });
    const { explain } = await c.search({ vector: [1, 1, 1], explain: true });
    assertEquals(explain?.compared, 1400);
  });
});

Deno.test("add() many at once is committed in groups", async () => {
  await withFile(async (path) => {
    await using memory = await createMemory({ path });
    await memory.createCollection("default", { space: { kind: "own", dimensions: 3 } });
    const all = items("a", 500);
    const results = await Promise.all(all.map((item) => memory.add([item])));
    assert(results.every(([result]) => result?.status === "added"));
    assertEquals((await memory.stats()).items, 500);
  });
});

Deno.test("add() of one bad item among good ones refuses that one alone", async () => {
  await withFile(async (path) => {
    await using memory = await createMemory({ path });
    await memory.createCollection("default", { space: { kind: "own", dimensions: 3 } });
    const outcomes = await Promise.allSettled([
      memory.add([{ text: "good", vector: [1, 2, 3] }]),
      memory.add([{ text: "bad", vector: [1, 2] }]),
      memory.add([{ text: "also good", vector: [1, 2, 4] }]),
    ]);
    assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
    assertEquals((await memory.stats()).items, 2);
  });
});

Deno.test("search() stays exact when most vectors were replaced", async () => {
  await withFile(async (path) => {
    await using a = await createMemory({ path });
    await using b = await createMemory({ path });
    const write = async (round: number) => {
      const all = Array.from({ length: 1100 }, (_, i) => ({
        id: `i${i}`,
        text: "",
        vector: [Math.sin(i + round), Math.cos(i + round), i / 1100],
      }));
      for (let i = 0; i < all.length; i += 275) await a.add(all.slice(i, i + 275));
    };
    for (let round = 0; round < 6; round++) {
      await write(round);
      if (round === 0) await b.search({ vector: [1, 0, 0] });
    }
    await using c = await createMemory({ path });
    for (const memory of [a, b, c]) {
      const { hits, explain } = await memory.search({
        vector: [Math.sin(40 + 5), Math.cos(40 + 5), 40 / 1100],
        explain: true,
      });
      assertEquals(explain?.compared, 1100);
      assertEquals(hits[0]?.item.id, "i40");
    }
    assertEquals(await a.verify(), []);
  });
});

Deno.test("search() by bits checks itself and falls back where signs tell too little", async () => {
  await withFile(async (path) => {
    let state = 3;
    const next = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
    const draw = (size: number) => Array.from({ length: size }, next);
    const centres = Array.from({ length: 10 }, () => draw(128));
    await using memory = await createMemory({ path, bits: true });
    const own = (dimensions: number) => ({ space: { kind: "own", dimensions } as const });
    await memory.createCollection("clustered", own(128));
    await memory.createCollection("flat", own(24));
    await memory.add(
      Array.from({ length: 2000 }, (_, i) => ({
        text: `${i}`,
        vector: draw(128).map((value, j) => centres[i % 10]![j]! + 0.2 * value),
      })),
      { collection: "clustered" },
    );
    await memory.add(
      Array.from({ length: 6000 }, (_, i) => ({ text: `${i}`, vector: draw(24) })),
      { collection: "flat" },
    );
    const how = async (collection: string, vector: number[]) =>
      (await memory.search({ collection, vector, explain: true })).explain?.dense ?? "";
    // The first search of each reads the vectors as they pass by.
    assert((await how("clustered", centres[3]!)).startsWith("int8 scan from the file"));
    assert((await how("flat", draw(24))).startsWith("int8 scan from the file"));
    assert((await how("clustered", centres[3]!)).startsWith("1-bit scan"));
    const flat = await how("flat", draw(24));
    assert(flat.startsWith("int8 scan (1 bit finds only"), flat);
  });
});
