import { assert, assertEquals, assertRejects } from "@std/assert";
import { AtmosphereError, ManualClock } from "../core/mod.ts";
import { createMemory } from "./memory.ts";
import type { EmbedTexts } from "./memory.ts";

/** Texts as counts of letters: enough meaning for tests, and the same on every run. */
function letterEmbedder(dtype = "f32"): EmbedTexts & { texts: string[] } {
  const texts: string[] = [];
  return {
    texts,
    model: { name: "letters", dtype, dimensions: 26 },
    embed: (batch) => {
      texts.push(...batch);
      return Promise.resolve({
        vectors: batch.map((text) => {
          const vector = new Float32Array(26);
          for (const letter of text.toLowerCase()) {
            const i = letter.charCodeAt(0) - 97;
            if (i >= 0 && i < 26) vector[i]!++;
          }
          return vector;
        }),
      });
    },
  };
}

async function withFile(work: (path: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(`${dir}/memory.db`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("search() finds an added item at once, also after reopening", async () => {
  await withFile(async (path) => {
    const embedder = letterEmbedder();
    {
      await using memory = await createMemory({ path, embedder });
      const [result] = await memory.add([{ text: "backups run at midnight" }]);
      assertEquals(result?.status, "added");
      await memory.add([{ text: "zebra jazz" }]);
      const { mode, hits } = await memory.search({ text: "midnight backup" });
      assertEquals(mode, "hybrid");
      assertEquals(hits[0]?.item.text, "backups run at midnight");
      assertEquals(hits[0]?.keywordRank, 1);
      assertEquals(hits[0]?.denseRank, 1);
    }
    await using memory = await createMemory({ path, embedder });
    const { hits } = await memory.search({ text: "jazz", mode: "dense" });
    assertEquals(hits[0]?.item.text, "zebra jazz");
  });
});

Deno.test("add() changes nothing for the same content and does not embed it again", async () => {
  await withFile(async (path) => {
    const embedder = letterEmbedder();
    await using memory = await createMemory({ path, embedder });
    const items = [{ id: "a", text: "one" }, { text: "two" }];
    const first = await memory.add(items);
    const second = await memory.add(items);
    assertEquals(second.map(({ status }) => status), ["unchanged", "unchanged"]);
    assertEquals(second.map(({ id }) => id), first.map(({ id }) => id));
    assertEquals(embedder.texts, ["one", "two"]);
    assertEquals((await memory.stats()).items, 2);
  });
});

Deno.test("add() supersedes an item of the same id and keeps its history", async () => {
  await withFile(async (path) => {
    await using memory = await createMemory({ path, embedder: letterEmbedder() });
    await memory.add([{ id: "a", text: "first words" }]);
    const [result] = await memory.add([{ id: "a", text: "later quux" }]);
    assertEquals(result?.status, "updated");
    assertEquals((await memory.get("a"))?.text, "later quux");
    assertEquals((await memory.history("a")).map(({ text }) => text), ["first words"]);
    assertEquals((await memory.search({ text: "first", mode: "keyword" })).hits, []);
    const { hits } = await memory.search({ text: "first words", mode: "dense" });
    assertEquals(hits.map(({ item }) => item.text), ["later quux"]);
  });
});

Deno.test("forget() leaves nothing of an item in the file", async () => {
  await withFile(async (path) => {
    const read = () => new TextDecoder("latin1").decode(Deno.readFileSync(path));
    await using memory = await createMemory({ path, embedder: letterEmbedder() });
    await memory.add([{ id: "a", text: "the xylograph lies" }]);
    await memory.add([{ id: "a", text: "the xylographer lies" }, { id: "b", text: "kept" }]);
    assertEquals(await memory.forget({ ids: ["a"] }), 1);
    assertEquals(await memory.get("a"), undefined);
    assertEquals(await memory.history("a"), []);
    assert(!read().includes("xylogr"), "the forgotten text is still in the file");
    assert(read().includes("kept"));
    const log = await Deno.stat(`${path}-wal`);
    assertEquals(log.size, 0);
  });
});

Deno.test("search() does not find an expired item", async () => {
  await withFile(async (path) => {
    const clock = new ManualClock(1_000_000);
    await using memory = await createMemory({ path, embedder: letterEmbedder(), clock });
    const expiresAt = new Date(clock.now() + 1000).toISOString();
    await memory.add([{ id: "a", text: "short lived", expiresAt }, {
      id: "b",
      text: "long lived",
    }]);
    assertEquals((await memory.search({ text: "lived" })).hits.length, 2);
    clock.advance(1000);
    const { hits } = await memory.search({ text: "lived" });
    assertEquals(hits.map(({ item }) => item.id), ["b"]);
    assertEquals((await memory.stats()).items, 1);
  });
});

Deno.test("search() applies a filter before the top k", async () => {
  await withFile(async (path) => {
    await using memory = await createMemory({ path });
    const items = Array.from({ length: 500 }, (_, i) => ({
      id: `i${i}`,
      text: `item ${i}`,
      vector: [1, i / 500, 0],
      metadata: {
        number: i,
        tags: i % 100 === 99 ? ["rare", "x"] : ["x"],
        deep: { even: i % 2 === 0 },
      },
    }));
    await memory.add(items);
    const ids = async (filter: Parameters<typeof memory.search>[0]["filter"] & object) =>
      (await memory.search({ vector: [1, 0, 0], limit: 5, filter })).hits.map(({ item }) =>
        item.id
      );
    assertEquals(await ids({ tags: "rare" }), ["i99", "i199", "i299", "i399", "i499"]);
    assertEquals(await ids({ number: { $gte: 10, $lt: 12 } }), ["i10", "i11"]);
    assertEquals(await ids({ number: { $in: [4, 400] } }), ["i4", "i400"]);
    assertEquals(await ids({ $or: [{ number: 3 }, { number: 7 }] }), ["i3", "i7"]);
    assertEquals(await ids({ "deep.even": false, number: { $lt: 4 } }), ["i1", "i3"]);
    assertEquals(await ids({ $not: { number: { $lt: 497 } } }), ["i497", "i498", "i499"]);
    assertEquals(await ids({ missing: 1 }), []);
    assertEquals((await ids({ missing: { $ne: 1 } })).length, 5);
    assertEquals((await ids({ missing: { $exists: false } })).length, 5);
  });
});

Deno.test("add() refuses vectors that do not belong", async () => {
  await withFile(async (path) => {
    await using memory = await createMemory({ path, embedder: letterEmbedder() });
    await memory.createCollection("own", { space: { kind: "own", dimensions: 3 } });
    const refuses = (vector: number[], model?: string, collection = "own") =>
      assertRejects(
        () =>
          memory.add([{ text: "t", vector, ...(model === undefined ? {} : { model }) }], {
            collection,
          }),
        AtmosphereError,
      );
    assertEquals((await refuses([1, 2])).param, "vector");
    assertEquals((await refuses([1, NaN, 0])).code, "invalid_request");
    await refuses([1, Infinity, 0]);
    await refuses([1, 1e300, 0]);
    await refuses([0, 0, 0]);
    await refuses([1, 2, 3], "other/f32/3");
    await memory.add([{ text: "bound" }]);
    assertEquals((await refuses(new Array(26).fill(1), undefined, "default")).param, "model");
    await refuses(new Array(26).fill(1), "letters/q8/26", "default");
    assertEquals((await memory.stats()).items, 1);
  });
});

Deno.test("add() refuses an embedder of another space", async () => {
  await withFile(async (path) => {
    {
      await using memory = await createMemory({ path, embedder: letterEmbedder("f32") });
      await memory.add([{ text: "one" }]);
    }
    await using memory = await createMemory({ path, embedder: letterEmbedder("q8") });
    const error = await assertRejects(() => memory.add([{ text: "two" }]), AtmosphereError);
    assertEquals(error.code, "invalid_request");
    assertEquals((await memory.search({ text: "one", mode: "keyword" })).hits.length, 1);
  });
});
