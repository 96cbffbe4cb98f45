/**
 * Reading what can be read of a damaged file.
 *
 * @module
 */

import { type Collection, readCollections } from "../collections.ts";
import { itemColumns, toItem } from "../items/read.ts";
import { type NewItem, spaceLabel } from "../types.ts";
import type { CollectionOptions } from "../types.ts";
import { Database, type Row } from "./database.ts";
import { readTexts } from "./texts.ts";

/** A page of what a damaged file still holds. */
export interface SalvagedPage {
  /** Every collection whose description could be read. */
  readonly collections: readonly (CollectionOptions & { readonly name: string })[];
  /** Items of this page, with the names of their collections. */
  readonly items: readonly { readonly collection: string; readonly item: NewItem }[];
  /** Items of this page that can't be read. */
  readonly lost: number;
  /** Where the next page starts; undefined after the last. */
  readonly next?: number;
}

const pageItems = 256;

async function orElse<T>(work: () => Promise<T>, fallback: T): Promise<T> {
  try {
    return await work();
  } catch {
    return fallback;
  }
}

/** Rows whose number lies in [low, high]; damage is narrowed down by halving. */
async function readRange(
  database: Database,
  range: { low: number; high: number },
): Promise<{ rows: Row[]; lost: number }> {
  try {
    const rows = await readTexts(database, {
      columns: ["collection_id", ...itemColumns],
      from: "items WHERE seq BETWEEN ? AND ?",
      args: [range.low, range.high],
    });
    return { rows, lost: 0 };
  } catch {
    if (range.low === range.high) return { rows: [], lost: 1 };
    const middle = Math.floor((range.low + range.high) / 2);
    const left = await readRange(database, { low: range.low, high: middle });
    const right = await readRange(database, { low: middle + 1, high: range.high });
    return { rows: [...left.rows, ...right.rows], lost: left.lost + right.lost };
  }
}

async function readVector(
  database: Database,
  collection: Collection,
  seq: number,
): Promise<Float32Array | undefined> {
  if (collection.space.kind === "none") return undefined;
  const [row] = await orElse(
    () => database.query(`SELECT vector FROM vectors_${collection.number} WHERE seq = ?`, [seq]),
    [],
  );
  const vector = row?.["vector"];
  if (!(vector instanceof ArrayBuffer)) return undefined;
  return vector.byteLength === collection.space.dimensions * 4
    ? new Float32Array(vector)
    : undefined;
}

async function toNewItem(
  database: Database,
  collection: Collection,
  row: Row,
): Promise<NewItem | undefined> {
  try {
    const { collection: _, hash: __, ...item } = toItem(row, collection);
    const vector = await readVector(database, collection, Number(row["seq"]));
    // A text can be embedded again, but nobody else has the caller's own vectors.
    if (vector === undefined) return collection.space.kind === "own" ? undefined : item;
    return collection.space.kind === "own"
      ? { ...item, vector }
      : { ...item, vector, model: spaceLabel(collection.space) };
  } catch {
    return undefined;
  }
}

/** Reads one page of the damaged file `path`, from item number `from` on. */
export async function salvagePage(
  options: { url: string; from: number },
): Promise<SalvagedPage> {
  const nothing: SalvagedPage = { collections: [], items: [], lost: 0 };
  const database = await orElse(() => Database.open({ url: options.url }), undefined);
  if (database === undefined) return nothing;
  try {
    const byName = await orElse(() => readCollections(database), new Map<string, Collection>());
    const collections = [...byName.values()];
    const byNumber = new Map(collections.map((collection) => [collection.number, collection]));
    const [last] = await orElse(
      () => database.query("SELECT seq FROM sqlite_sequence WHERE name = 'items'"),
      [],
    );
    const high = Number(last?.["seq"] ?? 0);
    const to = Math.min(high, options.from + pageItems - 1);
    const { rows, lost } = await readRange(database, { low: options.from, high: to });
    const items: { collection: string; item: NewItem }[] = [];
    let unreadable = lost;
    for (const row of rows) {
      const collection = byNumber.get(Number(row["collection_id"]));
      const item = collection && await toNewItem(database, collection, row);
      if (collection === undefined || item === undefined) unreadable++;
      else items.push({ collection: collection.name, item });
    }
    return {
      collections: collections.map(({ name, space, shared }) => ({ name, space, shared })),
      items,
      lost: unreadable,
      ...(to < high ? { next: to + 1 } : {}),
    };
  } finally {
    await database.close();
  }
}
