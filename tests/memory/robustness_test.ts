/**
 * Bad input and bad luck.
 *
 * @module
 */

import { createClient } from "@libsql/client";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AtmosphereError } from "../../src/core/mod.ts";
import { createMemory, recoverMemory } from "../../src/memory/mod.ts";

async function withDir(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function command(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(args[0]!, { args: args.slice(1), stderr: "null" })
    .output();
  return success;
}

/** A file system of its own at `dir`, or false where mounting is not allowed. */
async function mount(dir: string, options: string): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  return await command("mount", "-t", "tmpfs", "-o", options, "tmpfs", dir);
}

Deno.test("add() refuses text, ids and metadata that can't be stored", async () => {
  await withDir(async (dir) => {
    await using memory = await createMemory({ path: `${dir}/m.db` });
    await memory.createCollection("default", { space: { kind: "none" } });
    const refuses = async (item: unknown, code: string) => {
      const error = await assertRejects(
        () => memory.add([item as { text: string }]),
        AtmosphereError,
      );
      assertEquals(error.code, code);
    };
    await refuses({ text: "x".repeat(10_485_760) }, "payload_too_large");
    await refuses({ text: "half a pair \ud800" }, "invalid_request");
    await refuses({ text: "nul \0" }, "invalid_request");
    await refuses({ text: 1 }, "invalid_request");
    await refuses({ text: "t", id: "" }, "invalid_request");
    await refuses({ text: "t", id: "\udc00" }, "invalid_request");
    await refuses({ text: "t", metadata: [1] }, "invalid_request");
    await refuses({ text: "t", metadata: { n: NaN } }, "invalid_request");
    await refuses({ text: "t", metadata: { n: 1n } }, "invalid_request");
    await refuses({ text: "t", metadata: { s: "x".repeat(70_000) } }, "payload_too_large");
    await refuses({ text: "t", createdAt: "soon" }, "invalid_request");
    await refuses({ text: "t", vector: [1] }, "invalid_request");
    assertEquals((await memory.stats()).items, 0);
    const odd = "'); DROP TABLE items; -- \" % \\ \u202e 😀 e\u0301";
    await memory.add([{
      id: odd,
      text: odd,
      namespace: odd,
      source: odd,
      metadata: { [odd]: odd },
    }]);
    const item = await memory.get(odd, { namespace: odd });
    assertEquals([item?.text, item?.source, item?.metadata[odd]], [odd, odd, odd]);
    assertEquals((await memory.list({ filter: { [odd]: odd } })).items.length, 1);
  });
});

Deno.test("search() refuses what it can't do", async () => {
  await withDir(async (dir) => {
    await using memory = await createMemory({ path: `${dir}/m.db` });
    await memory.add([{ id: "a", text: "one", vector: [1, 0] }]);
    const refuses = async (query: Parameters<typeof memory.search>[0], param: string) => {
      const error = await assertRejects(() => memory.search(query), AtmosphereError);
      assertEquals(error.param, param);
    };
    await refuses({}, "text");
    await refuses({ vector: [1, 2, 3] }, "vector");
    await refuses({ vector: [0, 0] }, "vector");
    await refuses({ text: "a", mode: "dense" }, "mode");
    await refuses({ vector: [1, 1], mode: "keyword" }, "text");
    await refuses({ vector: [1, 1], limit: 0 }, "limit");
    await refuses({ text: "a", collection: "missing" }, "collection");
    assertEquals((await memory.search({ text: "..." })).hits, []);
    const { explain } = await memory.search({ vector: [1, 0], filter: { nope: 1 }, explain: true });
    assertEquals(explain?.unknownFields, ["nope"]);
  });
});

Deno.test("createMemory() refuses a directory that can't be written", async () => {
  await withDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/file`, "");
    const blocked = await assertRejects(
      () => createMemory({ path: `${dir}/file/memory.db` }),
      AtmosphereError,
    );
    assertEquals(blocked.code, "data_dir_unusable");
    assertStringIncludes(blocked.message, `${dir}/file/memory.db`);
    if (!await mount(dir, "ro,size=1m")) return;
    try {
      const error = await assertRejects(
        () => createMemory({ path: `${dir}/memory.db` }),
        AtmosphereError,
      );
      assertEquals(error.code, "data_dir_unusable");
    } finally {
      await command("umount", "-l", dir);
    }
  });
});

Deno.test("add() on a full disk is refused and everything before is kept", async () => {
  await withDir(async (dir) => {
    if (!await mount(dir, "size=3m")) return;
    try {
      const path = `${dir}/memory.db`;
      let kept = 0;
      {
        await using memory = await createMemory({ path });
        await memory.createCollection("default", { space: { kind: "none" } });
        const error = await assertRejects(async () => {
          for (;; kept++) await memory.add([{ id: String(kept), text: `${kept} `.repeat(20_000) }]);
        }, AtmosphereError);
        assertEquals(error.code, "insufficient_storage");
        assert(kept > 0);
        assertEquals((await memory.search({ text: "0" })).hits[0]?.item.id, "0");
      }
      await command("mount", "-o", "remount,size=20m", dir);
      await using memory = await createMemory({ path });
      assertEquals(await memory.verify(), []);
      assertEquals((await memory.stats()).items, kept);
      await memory.add([{ id: "after", text: "there is room again" }]);
    } finally {
      await command("umount", "-l", dir);
    }
  });
});

Deno.test("recoverMemory() sets a damaged file aside and saves what can be read", async () => {
  await withDir(async (dir) => {
    const path = `${dir}/memory.db`;
    {
      await using memory = await createMemory({ path });
      const items = Array.from({ length: 600 }, (_, i) => ({
        id: String(i),
        text: `item ${i} `.repeat(100),
        vector: [1, i],
      }));
      await memory.add(items);
    }
    const bytes = await Deno.readFile(path);
    // Two pages in the middle are overwritten, as by a failing disk.
    bytes.fill(
      0xff,
      Math.floor(bytes.length / 16384) * 8192,
      (Math.floor(bytes.length / 16384) + 2) * 8192,
    );
    await Deno.writeFile(path, bytes);
    const error = await assertRejects(async () => {
      await using memory = await createMemory({ path });
      const problems = await memory.verify();
      if (problems.length > 0) throw new AtmosphereError("database_failed", problems.join());
    }, AtmosphereError);
    assertEquals(error.code, "database_failed");
    const report = await recoverMemory({ path });
    assertEquals(await Deno.readFile(report.backup), bytes);
    assert(report.recovered > 300, JSON.stringify(report));
    await using memory = await createMemory({ path });
    assertEquals(await memory.verify(), []);
    assertEquals((await memory.stats()).items, report.recovered);
  });
});

Deno.test("recoverMemory() leaves a file of a newer version as it is", async () => {
  await withDir(async (dir) => {
    const path = `${dir}/memory.db`;
    {
      await using memory = await createMemory({ path });
      await memory.add([{ id: "a", text: "kept", vector: [1, 2] }]);
    }
    const client = createClient({ url: `file:${path}` });
    await client.execute("INSERT INTO schema_migrations VALUES (999, 'of tomorrow', 1)");
    await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    client.close();
    const before = await Deno.readFile(path);
    const error = await assertRejects(() => recoverMemory({ path }), AtmosphereError);
    assertEquals(error.code, "database_failed");
    assertEquals(await Deno.readFile(path), before);
    const names = Array.from(Deno.readDirSync(dir), ({ name }) => name);
    assertEquals(names.filter((name) => name.includes("damaged")), []);
  });
});

Deno.test("a text that is not UTF-8 any more is an error, and costs that item alone", async () => {
  await withDir(async (dir) => {
    const path = `${dir}/memory.db`;
    {
      await using memory = await createMemory({ path });
      await memory.createCollection("default", { space: { kind: "none" } });
      await memory.add(["whole one", "broken two", "whole three"].map((text, i) => ({
        id: String(i),
        text,
      })));
    }
    const bytes = await Deno.readFile(path);
    const pattern = new TextEncoder().encode("broken two");
    for (let at = 0; at < bytes.length; at++) {
      if (pattern.every((byte, i) => bytes[at + i] === byte)) bytes[at + 3] = 0xff;
    }
    await Deno.writeFile(path, bytes);
    {
      await using memory = await createMemory({ path });
      const works: (() => Promise<unknown>)[] = [
        () => memory.list(),
        () => memory.get("1"),
        () => Array.fromAsync(memory.export()),
      ];
      for (const work of works) {
        const error = await assertRejects(work, AtmosphereError);
        assertEquals(error.code, "database_failed");
        assertStringIncludes(error.hint ?? "", "memory recover");
      }
      const problems = await memory.verify();
      assert(problems.some((text) => text.includes("is not what was written")), problems.join());
      assertEquals((await memory.get("0"))?.text, "whole one");
    }
    const report = await recoverMemory({ path });
    assertEquals([report.recovered, report.lost], [2, 1]);
    await using memory = await createMemory({ path });
    assertEquals(await memory.verify(), []);
    assertEquals((await memory.list()).items.map(({ id }) => id), ["0", "2"]);
  });
});

Deno.test("verify() tells of a text that was changed behind the memory's back", async () => {
  await withDir(async (dir) => {
    const path = `${dir}/memory.db`;
    {
      await using memory = await createMemory({ path });
      await memory.add([{ id: "a", text: "kept for a year", vector: [1, 2] }]);
      assertEquals(await memory.verify(), []);
    }
    const bytes = await Deno.readFile(path);
    const pattern = new TextEncoder().encode("kept for a year");
    for (let at = 0; at < bytes.length; at++) {
      if (pattern.every((byte, i) => bytes[at + i] === byte)) bytes[at] = "w".charCodeAt(0);
    }
    await Deno.writeFile(path, bytes);
    await using memory = await createMemory({ path });
    const problems = await memory.verify();
    assert(
      problems.some((text) => text.includes('item "a" is not as it was written')),
      problems.join(),
    );
  });
});

Deno.test("createMemory() names a file that is no database and the way out", async () => {
  await withDir(async (dir) => {
    const path = `${dir}/memory.db`;
    await Deno.writeTextFile(path, "this is not a database ".repeat(1000));
    const error = await assertRejects(() => createMemory({ path }), AtmosphereError);
    assertEquals(error.code, "database_failed");
    assertStringIncludes(error.message, path);
    assertStringIncludes(error.hint ?? "", "memory recover");
    const report = await recoverMemory({ path });
    assertEquals(report.recovered, 0);
    assertStringIncludes(await Deno.readTextFile(report.backup), "this is not a database");
    await using memory = await createMemory({ path });
    assertEquals((await memory.stats()).items, 0);
  });
});
