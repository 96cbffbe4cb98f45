/**
 * Adding, replacing and removing items inside a write transaction.
 *
 * @module
 */

import { createId } from "../../core/ids.ts";
import type { Collection } from "../collections.ts";
import type { Session, SqlArgument, Statement } from "../database/database.ts";
import { readTexts } from "../database/texts.ts";
import { compoundParts } from "../search/words.ts";
import type { AddResult } from "../types.ts";
import type { PreparedItem } from "./prepare.ts";

/** What a transaction changed, for the vectors in memory. */
export interface Change {
  readonly collection: Collection;
  readonly added: { readonly seq: number; readonly vector: Float32Array<ArrayBuffer> }[];
  readonly removed: number[];
}

/** The outcome of {@linkcode writeItems}. */
export interface WriteOutcome {
  /** One result an item; undefined for those whose text must be embedded first. */
  readonly results: (AddResult | undefined)[];
  readonly change: Change;
}

interface Existing {
  readonly seq: number;
  readonly id: string;
  readonly hash: string;
  readonly position: string | null;
  readonly expiresAtMs: number | null;
  readonly createdAtMs: number;
}

// Statements take at most 32,766 arguments, and JSON arrays keep each look-up one statement.
const lookUpColumns = [
  "i.seq",
  "i.namespace",
  "i.id",
  "i.hash",
  "i.position",
  "i.expires_at",
  "i.created_at",
];
const lookUpById = `json_each(?) AS wanted CROSS JOIN items AS i
  ON i.collection_id = ? AND i.namespace = wanted.value ->> 0 AND i.id = wanted.value ->> 1`;
const lookUpByHash = `json_each(?) AS wanted CROSS JOIN items AS i
  ON i.collection_id = ? AND i.namespace = wanted.value ->> 0 AND i.hash = wanted.value ->> 1`;

function key(namespace: string, rest: string): string {
  return JSON.stringify([namespace, rest]);
}

async function lookUp(
  session: Session,
  options: { collection: Collection; from: string; keys: string[]; by: "id" | "hash" },
): Promise<Map<string, Existing>> {
  if (options.keys.length === 0) return new Map();
  const rows = await readTexts(session, {
    columns: lookUpColumns,
    from: options.from,
    args: [`[${options.keys.join(",")}]`, options.collection.number],
  });
  return new Map(rows.map((row) => [
    key(String(row["namespace"]), String(row[options.by])),
    {
      seq: Number(row["seq"]),
      id: String(row["id"]),
      hash: String(row["hash"]),
      position: row["position"] as string | null,
      expiresAtMs: row["expires_at"] as number | null,
      createdAtMs: Number(row["created_at"]),
    },
  ]));
}

/** Statements that take the current versions `seqs` out of the items and their indexes. */
export function removeStatements(collection: Collection, seqs: readonly number[]): Statement[] {
  const list = JSON.stringify(seqs);
  const n = collection.number;
  const inList = "seq IN (SELECT value FROM json_each(?))";
  return [
    {
      sql:
        `INSERT INTO removals (collection_id, seq) SELECT ${n}, value FROM json_each(?) ORDER BY value`,
      args: [list],
    },
    { sql: `DELETE FROM words_${n} WHERE rowid IN (SELECT value FROM json_each(?))`, args: [list] },
    { sql: `DELETE FROM items WHERE ${inList}`, args: [list] },
    { sql: `DELETE FROM facets WHERE ${inList}`, args: [list] },
    ...(collection.space.kind === "none"
      ? []
      : [{ sql: `DELETE FROM vectors_${n} WHERE ${inList}`, args: [list] }]),
  ];
}

/** Statements that keep the current versions `seqs` as history. They stay in place otherwise. */
export function keepStatements(seqs: readonly number[], nowMs: number): Statement[] {
  return [{
    sql: `INSERT INTO history (collection_id, namespace, id, text, metadata, source, position, hash,
        created_at, updated_at, superseded_at)
      SELECT collection_id, namespace, id, text, metadata, source, position, hash,
        created_at, updated_at, ? FROM items WHERE seq IN (SELECT value FROM json_each(?))`,
    args: [nowMs, JSON.stringify(seqs)],
  }];
}

function insertStatements(
  item: PreparedItem,
  options: {
    collection: Collection;
    seq: number;
    id: string;
    createdAtMs: number | undefined;
    nowMs: number;
  },
): Statement[] {
  const { collection, seq, id, nowMs } = options;
  const n = collection.number;
  const createdAt: SqlArgument = item.createdAtMs ?? options.createdAtMs ?? nowMs;
  const statements: Statement[] = [{
    sql: `INSERT INTO items (seq, collection_id, namespace, id, text, metadata, source, position,
        hash, created_at, updated_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      seq,
      n,
      item.namespace,
      id,
      item.text,
      item.metadata,
      item.source,
      item.position,
      item.hash,
      createdAt,
      item.updatedAtMs ?? Math.max(nowMs, createdAt),
      item.expiresAtMs,
    ],
  }, {
    sql: `INSERT INTO words_${n} (rowid, body, parts) VALUES (?, ?, ?)`,
    args: [seq, item.text, compoundParts(item.text)],
  }];
  if (item.vector !== undefined) {
    statements.push({
      sql: `INSERT INTO vectors_${n} (seq, vector) VALUES (?, ?)`,
      args: [seq, new Uint8Array(item.vector.buffer)],
    });
  }
  if (item.facets.length > 0) {
    statements.push({
      sql: `INSERT OR IGNORE INTO facets (collection_id, key, kind, value, seq)
        SELECT ${n}, value ->> 0, value ->> 1, value ->> 2, ? FROM json_each(?)`,
      args: [seq, JSON.stringify(item.facets)],
    });
  }
  return statements;
}

interface Known {
  readonly byId: ReadonlyMap<string, Existing>;
  readonly byHash: ReadonlyMap<string, Existing>;
}

async function findKnown(
  session: Session,
  options: { collection: Collection; items: readonly PreparedItem[] },
): Promise<Known> {
  const { collection, items } = options;
  const named = items.flatMap(({ namespace, id }) => id === undefined ? [] : [key(namespace, id)]);
  const nameless = items.flatMap(({ namespace, id, hash }) =>
    id === undefined ? [key(namespace, hash)] : []
  );
  return {
    byId: await lookUp(session, { collection, from: lookUpById, keys: named, by: "id" }),
    byHash: await lookUp(session, { collection, from: lookUpByHash, keys: nameless, by: "hash" }),
  };
}

function knownVersion(item: PreparedItem, known: Known): Existing | undefined {
  return item.id === undefined
    ? known.byHash.get(key(item.namespace, item.hash))
    : known.byId.get(key(item.namespace, item.id));
}

/** Indexes of the items that are new or changed and have no vector yet. */
export async function needVectors(
  session: Session,
  options: { collection: Collection; items: readonly PreparedItem[] },
): Promise<number[]> {
  if (options.collection.space.kind === "none") return [];
  const known = await findKnown(session, options);
  return options.items.flatMap((item, i) =>
    item.vector === undefined && knownVersion(item, known)?.hash !== item.hash ? [i] : []
  );
}

/**
 * Adds `items`, which hold no id twice. The same content changes nothing; other content under a
 * known id takes the place of the former version, which becomes history.
 */
export async function writeItems(
  session: Session,
  options: { collection: Collection; items: readonly PreparedItem[]; nowMs: number },
): Promise<WriteOutcome> {
  const { collection, items, nowMs } = options;
  const found = await findKnown(session, { collection, items });
  const [last] = await session.query("SELECT seq FROM sqlite_sequence WHERE name = 'items'");
  let seq = Number(last?.["seq"] ?? 0);
  const change: Change = { collection, added: [], removed: [] };
  const inserts: Statement[] = [];
  const touches: Statement[] = [];
  const fresh = new Map<string, string>();
  const results = items.map((item): AddResult | undefined => {
    const hashKey = key(item.namespace, item.hash);
    const known = knownVersion(item, found);
    if (known !== undefined && known.hash === item.hash) {
      const same = known.position === item.position && known.expiresAtMs === item.expiresAtMs;
      if (same) return { id: known.id, status: "unchanged" };
      touches.push({
        sql: "UPDATE items SET position = ?, expires_at = ? WHERE seq = ?",
        args: [item.position, item.expiresAtMs, known.seq],
      });
      return {
        id: known.id,
        status: known.expiresAtMs === item.expiresAtMs ? "unchanged" : "updated",
      };
    }
    const twin = item.id === undefined ? fresh.get(hashKey) : undefined;
    if (twin !== undefined) return { id: twin, status: "unchanged" };
    if (item.vector === undefined && collection.space.kind !== "none") return undefined;
    const id = item.id ?? createId("mem", nowMs);
    seq++;
    if (item.id === undefined) fresh.set(hashKey, id);
    if (known !== undefined) change.removed.push(known.seq);
    if (item.vector !== undefined) change.added.push({ seq, vector: item.vector });
    inserts.push(
      ...insertStatements(item, { collection, seq, id, createdAtMs: known?.createdAtMs, nowMs }),
    );
    return { id, status: known === undefined ? "added" : "updated" };
  });
  const removals = change.removed.length === 0 ? [] : [
    ...keepStatements(change.removed, nowMs),
    ...removeStatements(collection, change.removed),
  ];
  await session.run([...removals, ...touches, ...inserts]);
  return { results, change };
}

/** Takes the items of a source away whose ids are not in `keep`; their text becomes history. */
export async function retireItems(
  session: Session,
  options: {
    collection: Collection;
    source: string;
    namespace: string;
    keep: readonly string[];
    nowMs: number;
  },
): Promise<Change> {
  const { collection, nowMs } = options;
  const rows = await session.query(
    `SELECT seq FROM items WHERE collection_id = ? AND source = ? AND namespace = ?
      AND id NOT IN (SELECT value FROM json_each(?))`,
    [collection.number, options.source, options.namespace, JSON.stringify(options.keep)],
  );
  const removed = rows.map((row) => Number(row["seq"]));
  if (removed.length > 0) {
    await session.run([
      ...keepStatements(removed, nowMs),
      ...removeStatements(collection, removed),
    ]);
  }
  return { collection, added: [], removed };
}
