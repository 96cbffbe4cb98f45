/**
 * Kills a process that upgrades a file of the first version at random moments: the next start goes on,
 * and nothing is lost.
 *
 * Takes 4 rounds, or as many as `ATMOSPHERE_UPGRADE_ROUNDS` says.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Database } from "../../src/memory/database/database.ts";
import { migrate, migrations } from "../../src/memory/database/migrations.ts";
import { fileUrl } from "../../src/memory/database/place.ts";
import { contentHash } from "../../src/memory/items/prepare.ts";
import { createMemory } from "../../src/memory/mod.ts";
import { killTree, start } from "./killed_process.ts";

const rounds = Number(Deno.env.get("ATMOSPHERE_UPGRADE_ROUNDS") ?? "4");
const itemCount = 6_000;

/** A file as the first version left it, with enough in it that an upgrade takes a moment. */
async function makeFirstVersion(path: string): Promise<void> {
  const database = await Database.open({ url: fileUrl(path) });
  try {
    await migrate(database, { migrations: migrations.slice(0, 1), nowMs: 1 });
    const items = Array.from({ length: itemCount }, (_, i) => {
      const text = `item ${i}`;
      return [`${i}`, text, contentHash({ text, metadata: "{}", source: null }), i];
    });
    await database.run([
      {
        sql: `INSERT INTO collections (name, space, created_at)
          VALUES ('default', '{"kind":"none"}', 1)`,
        args: [],
      },
      {
        sql: "CREATE VIRTUAL TABLE words_1 USING fts5(body, parts, tokenize = 'porter unicode61')",
        args: [],
      },
      {
        sql: `INSERT INTO items (collection_id, namespace, id, text, metadata, hash, created_at,
          updated_at) SELECT 1, '', value ->> 0, value ->> 1, '{}', value ->> 2, value ->> 3, 1
          FROM json_each(?)`,
        args: [JSON.stringify(items)],
      },
      { sql: "INSERT INTO words_1 (rowid, body, parts) SELECT seq, text, '' FROM items", args: [] },
    ]);
  } finally {
    await database.close();
  }
}

/** Starts an upgrade and kills it `afterMs` after it began; how long it took if it was quicker. */
async function upgrade(path: string, afterMs: number): Promise<number | undefined> {
  const child = start("upgrade_writer.ts", [path]);
  let beganAt = 0;
  let tookMs: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (beganAt === 0 && text.includes("begins")) {
      beganAt = performance.now();
      if (Number.isFinite(afterMs)) timer = setTimeout(() => killTree(child.pid), afterMs);
    }
    if (tookMs === undefined && text.includes("done")) tookMs = performance.now() - beganAt;
  }
  clearTimeout(timer);
  await child.status;
  assert(beganAt > 0, "the upgrade has not begun");
  return tookMs;
}

async function versionOf(path: string): Promise<number> {
  const database = await Database.open({ url: fileUrl(path) });
  try {
    const [row] = await database.query("SELECT max(version) AS version FROM schema_migrations");
    return Number(row?.["version"]);
  } finally {
    await database.close();
  }
}

Deno.test({
  name: `createMemory() goes on with an upgrade that kill -9 cut short (${rounds} rounds)`,
  ignore: Deno.build.os !== "linux",
  async fn() {
    const dir = await Deno.makeTempDir();
    const first = `${dir}/first.db`;
    // Each round has a file of its own: SQLite must not be given other content in an open one.
    const copy = async (name: string) => {
      await Deno.copyFile(first, `${dir}/${name}.db`);
      return `${dir}/${name}.db`;
    };
    try {
      await makeFirstVersion(first);
      const whole = await copy("whole");
      const wholeMs = await upgrade(whole, Infinity);
      assert(wholeMs !== undefined);
      assertEquals(await versionOf(whole), migrations.length);
      let cutShort = 0;
      for (let round = 0; round < rounds; round++) {
        const path = await copy(`${round}`);
        // The moment is random on purpose; spread over the rounds, so that some fall within.
        const finished = await upgrade(path, wholeMs * (round + Math.random()) / rounds);
        const version = await versionOf(path);
        assert(version === 1 || version === migrations.length, `version ${version}`);
        if (finished !== undefined) assertEquals(version, migrations.length);
        if (version === 1) cutShort++;
        await using memory = await createMemory({ path });
        assertEquals((await memory.stats()).version, migrations.length);
        assertEquals((await memory.stats()).items, itemCount);
        assertEquals(await memory.verify(), []);
        const { hits } = await memory.search({ text: `item ${round}`, limit: 1 });
        assertEquals(hits[0]?.item.text, `item ${round}`);
      }
      assert(cutShort > 0, "no upgrade was cut short");
      if (rounds > 4) console.log(`${cutShort} of ${rounds} upgrades were cut short`);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
