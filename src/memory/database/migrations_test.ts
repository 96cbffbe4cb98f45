import { assertEquals, assertRejects } from "@std/assert";
import { AtmosphereError } from "../../core/errors.ts";
import { Database } from "./database.ts";
import { createMemory } from "../memory.ts";
import { migrate, type Migration, migrations } from "./migrations.ts";

const steps: readonly Migration[] = [
  { version: 1, name: "one", statements: ["CREATE TABLE things (name TEXT)"] },
  {
    version: 2,
    name: "two",
    statements: [
      "ALTER TABLE things ADD COLUMN size INTEGER",
      "UPDATE things SET size = length(name)",
    ],
  },
  { version: 3, name: "three", statements: ["CREATE INDEX things_by_size ON things (size)"] },
];

async function withDatabase(work: (url: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await work(`file:${dir}/m.db`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function open<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await Database.open({ url });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function versions(database: Database): Promise<unknown[]> {
  const rows = await database.query("SELECT version FROM schema_migrations ORDER BY version");
  return rows.map((row) => row["version"]);
}

Deno.test("migrate() upgrades a file of every former version and keeps what is in it", async () => {
  for (const from of [1, 2, 3]) {
    await withDatabase(async (url) => {
      await open(url, async (database) => {
        await migrate(database, { migrations: steps.slice(0, from), nowMs: 1 });
        await database.query("INSERT INTO things (name) VALUES ('four')");
      });
      await open(url, async (database) => {
        await migrate(database, { migrations: steps, nowMs: 2 });
        await migrate(database, { migrations: steps, nowMs: 3 });
        assertEquals(await versions(database), [1, 2, 3]);
        const [row] = await database.query("SELECT name, size FROM things");
        assertEquals(row?.["name"], "four");
        assertEquals(row?.["size"], from === 1 ? 4 : null);
      });
    });
  }
});

Deno.test("migrate() goes on where an upgrade was cut short", async () => {
  await withDatabase(async (url) => {
    const broken = [steps[0]!, {
      ...steps[1]!,
      statements: [...steps[1]!.statements, "SELECT * FROM no_such_table"],
    }];
    await open(url, async (database) => {
      await migrate(database, { migrations: steps.slice(0, 1), nowMs: 1 });
      await database.query("INSERT INTO things (name) VALUES ('four')");
      await assertRejects(() => migrate(database, { migrations: broken, nowMs: 1 }));
      assertEquals(await versions(database), [1]);
      // Nothing of the half-done step is left.
      await assertRejects(() => database.query("SELECT size FROM things"));
      await migrate(database, { migrations: steps, nowMs: 2 });
      assertEquals(await versions(database), [1, 2, 3]);
      assertEquals((await database.query("SELECT size FROM things"))[0]?.["size"], 4);
    });
  });
});

Deno.test("migrate() by several connections at once does each step once", async () => {
  await withDatabase(async (url) => {
    const databases = await Promise.all([1, 2, 3, 4].map(() => Database.open({ url })));
    try {
      await Promise.all(
        databases.map((database) => migrate(database, { migrations: steps, nowMs: 1 })),
      );
      assertEquals(await versions(databases[0]!), [1, 2, 3]);
    } finally {
      for (const database of databases) await database.close();
    }
  });
});

Deno.test("migrate() refuses a file of a newer program", async () => {
  await withDatabase(async (url) => {
    await open(url, async (database) => {
      await migrate(database, { migrations: steps, nowMs: 1 });
      const error = await assertRejects(
        () => migrate(database, { migrations: steps.slice(0, 2), nowMs: 2 }),
        AtmosphereError,
      );
      assertEquals(error.code, "database_failed");
    });
  });
});

Deno.test("createMemory() upgrades a file of the first version and finds what is in it", async () => {
  // Of the words and the vector, as every version computes it.
  const hash = "db2562058a63d2502beb6776d286522874fb4784d2c08a45b5e7912e92e4fd8e";
  await withDatabase(async (url) => {
    await open(url, async (database) => {
      await migrate(database, { migrations: migrations.slice(0, 1), nowMs: 1 });
      await database.run([
        `INSERT INTO collections (name, space, created_at)
          VALUES ('default', '{"kind":"own","dimensions":2}', 1)`,
        "CREATE VIRTUAL TABLE words_1 USING fts5(body, parts, tokenize = 'porter unicode61')",
        "CREATE TABLE vectors_1 (seq INTEGER PRIMARY KEY, vector F32_BLOB(2) NOT NULL)",
        `INSERT INTO items (collection_id, namespace, id, text, metadata, hash, created_at, updated_at)
          VALUES (1, '', 'a', 'old words', '{}', '${hash}', 1, 1)`,
        "INSERT INTO words_1 (rowid, body, parts) VALUES (1, 'old words', '')",
        "INSERT INTO vectors_1 VALUES (1, vector32('[1, 0]'))",
      ].map((sql) => ({ sql, args: [] })));
    });
    await using memory = await createMemory({ url });
    assertEquals(await memory.verify(), []);
    const { hits } = await memory.search({ text: "word", vector: [1, 0.1] });
    assertEquals(hits.map(({ item }) => item.text), ["old words"]);
    await memory.add([{ id: "a", text: "new words", vector: [0, 1] }]);
    assertEquals((await memory.history("a")).length, 1);
  });
});
