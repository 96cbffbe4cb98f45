/**
 * The schema and its history: each migration runs once, in order, in a transaction of its own.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { Database, Session } from "./database.ts";

/** A step of the schema's history. */
export interface Migration {
  /** Counts up from 1 without gaps. */
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** The schema's history. Released migrations never change. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "collections and items",
    statements: [
      `CREATE TABLE collections (
        collection_id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        space TEXT NOT NULL,
        shared INTEGER NOT NULL DEFAULT 0,
        created_at INTEGER NOT NULL
      )`,
      // A changed item gets a new `seq`, so that greater ones are all that a reader has not seen.
      `CREATE TABLE items (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL,
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        text TEXT NOT NULL,
        metadata TEXT NOT NULL,
        source TEXT,
        position TEXT,
        hash TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        expires_at INTEGER
      )`,
      "CREATE UNIQUE INDEX items_by_id ON items (collection_id, namespace, id)",
      "CREATE INDEX items_by_hash ON items (collection_id, namespace, hash)",
      "CREATE INDEX items_by_source ON items (collection_id, source) WHERE source IS NOT NULL",
      "CREATE INDEX items_by_expiry ON items (expires_at) WHERE expires_at IS NOT NULL",
      `CREATE TABLE history (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL,
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        text TEXT NOT NULL,
        metadata TEXT NOT NULL,
        source TEXT,
        position TEXT,
        hash TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        superseded_at INTEGER NOT NULL
      )`,
      "CREATE INDEX history_by_id ON history (collection_id, namespace, id)",
      // Tells other processes which vectors to drop from memory.
      `CREATE TABLE removals (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        collection_id INTEGER NOT NULL,
        seq INTEGER NOT NULL
      )`,
      // One row a metadata value, so that filters are look-ups.
      `CREATE TABLE facets (
        collection_id INTEGER NOT NULL,
        key TEXT NOT NULL,
        kind TEXT NOT NULL,
        value NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (collection_id, key, kind, value, seq)
      ) WITHOUT ROWID`,
      "CREATE INDEX facets_by_seq ON facets (seq)",
      // Codes of many vectors in one BLOB each, so that a collection loads by copying.
      `CREATE TABLE segments (
        collection_id INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        last_seq INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (collection_id, first_seq)
      )`,
    ],
  },
  {
    version: 2,
    name: "files, and labels of collections",
    statements: [
      "ALTER TABLE collections ADD COLUMN label TEXT",
      "ALTER TABLE collections ADD COLUMN attributes TEXT",
      // Greatest number of a removal that is not in the table any more.
      "ALTER TABLE collections ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0",
      "CREATE INDEX items_by_time ON items (collection_id, created_at, updated_at)",
      `CREATE TABLE files (
        file_id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        purpose TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        data BLOB NOT NULL
      )`,
      `CREATE TABLE attachments (
        collection_id INTEGER NOT NULL,
        file_id TEXT NOT NULL,
        status TEXT NOT NULL,
        error TEXT,
        attributes TEXT NOT NULL,
        chunking TEXT NOT NULL,
        batch TEXT,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (collection_id, file_id)
      )`,
    ],
  },
];

async function currentVersion(session: Session): Promise<number> {
  const [row] = await session.query("SELECT max(version) AS version FROM schema_migrations");
  return Number(row?.["version"] ?? 0);
}

/** Throws `database_failed` when `database` is of a newer version than `newest`. */
function refuseNewer(database: Database, version: number, newest: number): void {
  if (version <= newest) return;
  throw new AtmosphereError(
    "database_failed",
    `The database ${database.place} has version ${version}, this program knows ${newest}`,
    { hint: "Update Atmosphere with `atmosphere update`" },
  );
}

/**
 * Throws as {@linkcode migrate} does for a database of a newer version. Says nothing of one that can't
 * be read.
 */
export async function checkNotNewer(database: Database): Promise<void> {
  const version = await currentVersion(database).catch(() => 0);
  refuseNewer(database, version, migrations.at(-1)?.version ?? 0);
}

/** Options of {@linkcode migrate}. */
export interface MigrateOptions {
  /** @default the schema's history */
  readonly migrations?: readonly Migration[];
  readonly nowMs: number;
}

/**
 * Brings the database to the newest version. An upgrade that is cut short goes on at the next call.
 *
 * Throws `database_failed` when the database is of a newer version than this program knows.
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<void> {
  const steps = options.migrations ?? migrations;
  const newest = steps.at(-1)?.version ?? 0;
  const [known] = await database.query(
    "SELECT 1 AS found FROM sqlite_master WHERE name = 'schema_migrations'",
  );
  if (known === undefined) {
    await database.run([{
      sql: `CREATE TABLE IF NOT EXISTS schema_migrations (
        version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)`,
      args: [],
    }]);
  }
  const version = await currentVersion(database);
  refuseNewer(database, version, newest);
  for (const step of steps) {
    if (step.version <= version) continue;
    await database.transaction(async (session) => {
      // Another process may have been faster.
      if (await currentVersion(session) >= step.version) return;
      await session.run([
        ...step.statements.map((sql) => ({ sql, args: [] })),
        {
          sql: "INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, ?)",
          args: [step.version, step.name, options.nowMs],
        },
      ]);
    });
  }
}
