/**
 * One suite for a local file and for a libSQL server (its stand-in, see `hrana_server.ts`).
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AtmosphereError, type Clock, ManualClock } from "../../src/core/mod.ts";
import { createMemory, type EmbedTexts, type Memory } from "../../src/memory/mod.ts";
import { startHranaServer } from "./hrana_server.ts";

type Open = (options?: { embedder?: EmbedTexts; clock?: Clock }) => Promise<Memory>;

/** Counts of letters: the same on every run. */
const letters: EmbedTexts = {
  model: { name: "letters", dtype: "f32", dimensions: 26 },
  embed: (texts) =>
    Promise.resolve({
      vectors: texts.map((text) => {
        const vector = new Float32Array(26);
        for (const letter of text.toLowerCase()) {
          const i = letter.charCodeAt(0) - 97;
          if (i >= 0 && i < 26) vector[i]!++;
        }
        return vector;
      }),
    }),
};

async function onFile(work: (open: Open) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work((options) => createMemory({ path: `${dir}/m.db`, ...options }));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function onServer(work: (open: Open) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await using server = startHranaServer({ path: `${dir}/server.db`, token: "secret" });
    await work((options) => createMemory({ url: server.url, token: "secret", ...options }));
    assert(server.requests() > 0);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function text(memory: Memory): Promise<string> {
  let all = "";
  for await (const bytes of memory.export()) all += new TextDecoder().decode(bytes);
  return all;
}

for (const [where, run] of [["a file", onFile], ["a server", onServer]] as const) {
  Deno.test(`memory on ${where} finds by meaning, by words and by both`, () =>
    run(async (open) => {
      await using memory = await open({ embedder: letters });
      await memory.add([
        { id: "a", text: "backups run at midnight" },
        { id: "b", text: "zebra jazz quiz" },
        { id: "c", text: "parseJSONBody reads a request" },
      ]);
      for (const mode of ["dense", "hybrid", "keyword"] as const) {
        const { hits } = await memory.search({ text: "jazz zebra quiz", mode, explain: true });
        assertEquals(hits[0]?.item.id, "b", mode);
      }
      assertEquals((await memory.search({ text: "json", mode: "keyword" })).hits.length, 1);
    }));

  Deno.test(`memory on ${where} narrows before the top k`, () =>
    run(async (open) => {
      await using memory = await open();
      await memory.add(Array.from({ length: 300 }, (_, i) => ({
        id: `i${String(i).padStart(3, "0")}`,
        text: `item ${i}`,
        vector: [1, i / 300, 0.5],
        namespace: i % 2 === 0 ? "even" : "odd",
        metadata: { number: i, half: i / 2, tags: [`t${i % 50}`] },
      })));
      const ids = async (query: Parameters<Memory["search"]>[0]) =>
        (await memory.search({ vector: [1, 0, 0.5], limit: 4, ...query })).hits
          .map(({ item }) => item.id);
      assertEquals(await ids({}), ["i000", "i001", "i002", "i003"]);
      assertEquals(await ids({ filter: { tags: "t7" } }), ["i007", "i057", "i107", "i157"]);
      assertEquals(await ids({ filter: { half: { $gte: 149 } } }), ["i298", "i299"]);
      assertEquals(await ids({ namespace: "odd", filter: { number: { $gt: 200 } } }), [
        "i201",
        "i203",
        "i205",
        "i207",
      ]);
    }));

  Deno.test(`memory on ${where} keeps history until it is forgotten`, () =>
    run(async (open) => {
      await using memory = await open({ embedder: letters });
      await memory.add([{ id: "a", text: "first" }, { id: "b", text: "other" }]);
      assertEquals((await memory.add([{ id: "a", text: "first" }]))[0]?.status, "unchanged");
      assertEquals((await memory.add([{ id: "a", text: "second" }]))[0]?.status, "updated");
      assertEquals((await memory.history("a")).map((version) => version.text), ["first"]);
      const { hits } = await memory.search({ text: "first" });
      assert(hits.every(({ item }) => item.text !== "first"));
      assertEquals(await memory.forget({ ids: ["a"] }), 1);
      assertEquals([await memory.get("a"), await memory.history("a")], [undefined, []]);
      assertEquals(await memory.verify(), []);
      assertEquals(await memory.forget({ all: true }), 1);
      assertEquals((await memory.stats()).items, 0);
    }));

  Deno.test(`memory on ${where} shows one program what another has written`, () =>
    run(async (open) => {
      await using a = await open({ embedder: letters });
      await using b = await open({ embedder: letters });
      await a.add([{ id: "a", text: "shared words" }]);
      assertEquals((await b.search({ text: "shared" })).hits.length, 1);
      const write = (memory: Memory, prefix: string) =>
        Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            memory.add([{ id: `${prefix}${i}`, text: `${prefix} ${i}` }])),
        );
      await Promise.all([write(a, "x"), write(b, "y")]);
      assertEquals((await a.stats()).items, 41);
      assertEquals((await b.list({ limit: 100 })).items.length, 41);
    }));

  Deno.test(`memory on ${where} drops what has expired`, () =>
    run(async (open) => {
      const clock = new ManualClock(1_000_000);
      await using memory = await open({ embedder: letters, clock });
      const expiresAt = new Date(clock.now() + 10).toISOString();
      await memory.add([{ id: "a", text: "soon gone", expiresAt }, { id: "b", text: "stays" }]);
      clock.advance(10);
      const { hits } = await memory.search({ text: "gone stays" });
      assertEquals(hits.map(({ item }) => item.id), ["b"]);
    }));

  Deno.test(`memory on ${where} refuses vectors of another space`, () =>
    run(async (open) => {
      await using memory = await open({ embedder: letters });
      await memory.add([{ id: "a", text: "one" }]);
      const item = { id: "b", text: "two", vector: [1, 2, 3], model: "letters/f32/26" };
      await assertRejects(() => memory.add([item]), AtmosphereError, "3 dimensions");
      await assertRejects(() => memory.search({ vector: [1] }), AtmosphereError, "1 dimensions");
      assertEquals((await memory.collections())[0]?.items, 1);
    }));

  Deno.test(`memory on ${where} exports what an import brings back`, () =>
    run(async (open) => {
      await using memory = await open({ embedder: letters });
      await memory.add([{ id: "a", text: "one", metadata: { n: 1 } }, { id: "b", text: "two" }]);
      const first = await text(memory);
      await memory.dropCollection("default");
      await memory.import((async function* () {
        yield new TextEncoder().encode(first);
      })());
      assertEquals(await text(memory), first);
    }));
}

Deno.test("createMemory() tells that a server refuses the token or is not there", async () => {
  const dir = await Deno.makeTempDir();
  try {
    let url: string;
    {
      await using server = startHranaServer({ path: `${dir}/server.db`, token: "secret" });
      url = server.url;
      const refused = await assertRejects(
        () => createMemory({ url, token: "wrong" }),
        AtmosphereError,
      );
      assertEquals(refused.code, "database_failed");
      assert(!refused.message.includes("wrong"));
      assertStringIncludes(refused.message, "refuses the token");
    }
    const gone = await assertRejects(() => createMemory({ url }), AtmosphereError);
    assertEquals(gone.code, "database_failed");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
