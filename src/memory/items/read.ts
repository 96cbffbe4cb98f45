/**
 * Reading items by id, by place in a list and as history.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { Collection } from "../collections.ts";
import type { Row, Session } from "../database/database.ts";
import { parseBlob, readTexts } from "../database/texts.ts";
import type { CompiledScope } from "../search/filter.ts";
import type { Item, ItemPage, ItemVersion } from "../types.ts";

function iso(ms: unknown): string {
  return new Date(Number(ms)).toISOString();
}

/** A row of `items` as an item of `collection`. */
export function toItem(row: Row, collection: Collection): Item {
  const source = row["source"];
  const position = row["position"];
  const expiresAt = row["expires_at"];
  return {
    id: String(row["id"]),
    collection: collection.name,
    namespace: String(row["namespace"]),
    text: String(row["text"]),
    metadata: JSON.parse(String(row["metadata"])),
    ...(typeof source === "string" ? { source } : {}),
    ...(typeof position === "string" ? { position: JSON.parse(position) } : {}),
    createdAt: iso(row["created_at"]),
    updatedAt: iso(row["updated_at"]),
    ...(typeof expiresAt === "number" ? { expiresAt: iso(expiresAt) } : {}),
    hash: String(row["hash"]),
  };
}

/** Columns of an item's row. */
export const itemColumns = [
  "seq",
  "namespace",
  "id",
  "text",
  "metadata",
  "source",
  "position",
  "hash",
  "created_at",
  "updated_at",
  "expires_at",
] as const;

// A former version has no number among the items, and its expiry is of no interest any more.
const versionColumns = [
  ...itemColumns.filter((column) => column !== "seq" && column !== "expires_at"),
  "superseded_at",
];

/** An item and its number from the values of {@linkcode itemColumns}. */
export function itemOf(
  values: readonly unknown[],
  collection: Collection,
): readonly [seq: number, item: Item] {
  const row = Object.fromEntries(itemColumns.map((column, i) => [column, values[i]]));
  return [Number(row["seq"]), toItem(row, collection)];
}

/** The items numbered `seqs`, in that order; those that are gone are left out. */
export async function readItems(
  session: Session,
  options: { collection: Collection; seqs: readonly number[] },
): Promise<Map<number, Item>> {
  const { collection, seqs } = options;
  if (seqs.length === 0) return new Map();
  // One value of JSON: making an object of each column of each row takes several times as long.
  const [answer] = await session.query(
    `SELECT CAST(json_group_array(json_array(i.${itemColumns.join(", i.")})) AS BLOB) AS rows
      FROM json_each(?) AS wanted CROSS JOIN items AS i ON i.seq = wanted.value`,
    [JSON.stringify(seqs)],
  );
  const rows = parseBlob(answer?.["rows"]) as unknown[][];
  return new Map(rows.map((values) => itemOf(values, collection)));
}

/** One item by its id; undefined when there is none. */
export async function readItem(
  session: Session,
  options: { collection: Collection; namespace: string; id: string; nowMs: number },
): Promise<Item | undefined> {
  const [row] = await readTexts(session, {
    columns: itemColumns,
    from: `items WHERE collection_id = ? AND namespace = ? AND id = ?
      AND (expires_at IS NULL OR expires_at > ?)`,
    args: [options.collection.number, options.namespace, options.id, options.nowMs],
  });
  return row === undefined ? undefined : toItem(row, options.collection);
}

/** Former versions of an item, latest first. */
export async function readHistory(
  session: Session,
  options: { collection: Collection; namespace: string; id: string },
): Promise<ItemVersion[]> {
  const rows = await readTexts(session, {
    columns: versionColumns,
    from: "history WHERE collection_id = ? AND namespace = ? AND id = ? ORDER BY n DESC",
    args: [options.collection.number, options.namespace, options.id],
  });
  return rows.map((row) => ({
    ...toItem(row, options.collection),
    supersededAt: iso(row["superseded_at"]),
  }));
}

function parseCursor(cursor: string | undefined): [namespace: string, id: string] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(decodeURIComponent(cursor));
    if (Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string") {
      return [value[0], value[1]];
    }
  } catch {
    // Not a cursor of ours; said below.
  }
  throw new AtmosphereError("invalid_request", `"${cursor}" is no cursor of a list`, {
    param: "cursor",
    hint: "Use the `next` of the page before",
  });
}

/** Items of a scope by namespace and id, page by page. */
export async function listItems(
  session: Session,
  options: {
    collection: Collection;
    scope: CompiledScope;
    limit: number;
    cursor?: string;
    nowMs: number;
  },
): Promise<ItemPage> {
  const after = parseCursor(options.cursor);
  const rows = await readTexts(session, {
    columns: itemColumns,
    from: `items WHERE ${options.scope.sql}
      AND (expires_at IS NULL OR expires_at > ?)
      ${after === undefined ? "" : "AND (namespace, id) > (?, ?)"}
      ORDER BY namespace, id LIMIT ?`,
    args: [...options.scope.args, options.nowMs, ...(after ?? []), options.limit + 1],
  });
  const items = rows.slice(0, options.limit).map((row) => toItem(row, options.collection));
  const last = items.at(-1);
  if (rows.length <= options.limit || last === undefined) return { items };
  return { items, next: encodeURIComponent(JSON.stringify([last.namespace, last.id])) };
}

/** Whether an item's time has come. */
export async function isDue(session: Session, nowMs: number): Promise<boolean> {
  const [due] = await session.query(
    "SELECT 1 AS due FROM items WHERE expires_at <= ? LIMIT 1",
    [nowMs],
  );
  return due !== undefined;
}
