/**
 * Collections: each has one vector space and tables of its own for vectors and words.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import type { Row, Session, Statement } from "./database/database.ts";
import { readTexts } from "./database/texts.ts";
import {
  type CollectionChange,
  type CollectionInfo,
  spaceLabel,
  type VectorSpace,
} from "./types.ts";

/** A collection as the engine knows it. */
export interface Collection {
  /** Number in the names of its tables. */
  readonly number: number;
  readonly name: string;
  readonly space: VectorSpace;
  readonly shared: boolean;
  readonly createdAtMs: number;
  readonly label: string | undefined;
  readonly attributes: Readonly<Record<string, string>> | undefined;
}

/** Dimensions of the collection's vectors; throws when it holds none. */
export function dimensionsOf(collection: Collection): number {
  if (collection.space.kind === "none") throw new Error("The collection holds no vectors");
  return collection.space.dimensions;
}

const namePattern = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,127}$/u;
const maxDimensions = 16_384;

function toCollection(row: Row): Collection {
  return {
    number: Number(row["collection_id"]),
    name: String(row["name"]),
    space: JSON.parse(String(row["space"])),
    shared: row["shared"] === 1,
    createdAtMs: Number(row["created_at"]),
    label: row["label"] === null ? undefined : String(row["label"]),
    attributes: row["attributes"] === null ? undefined : JSON.parse(String(row["attributes"])),
  };
}

const collectionColumns = [
  "collection_id",
  "name",
  "space",
  "shared",
  "created_at",
  "label",
  "attributes",
];

/** All collections by name. */
export async function readCollections(session: Session): Promise<Map<string, Collection>> {
  const rows = await readTexts(session, {
    columns: collectionColumns,
    from: "collections ORDER BY name",
  });
  return new Map(rows.map(toCollection).map((collection) => [collection.name, collection]));
}

function checkSpace(space: VectorSpace): void {
  if (space.kind === "none") return;
  const { dimensions } = space;
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > maxDimensions) {
    throw new AtmosphereError(
      "invalid_request",
      `A collection's vectors must have 1 to ${maxDimensions} dimensions, got ${dimensions}`,
      { param: "space" },
    );
  }
}

/** The tables of a collection. On a server its vector index goes with them. */
function tables(number: number, options: { space: VectorSpace; remote: boolean }): Statement[] {
  const statements = [
    `CREATE VIRTUAL TABLE words_${number} USING fts5(
      body, parts, tokenize = 'porter unicode61')`,
    // A forgotten item's words leave the index's pages at once. With SQLite 3.45 this is sound only
    // in tables that hold their content: the others' integrity check fails after a while.
    `INSERT INTO words_${number} (words_${number}, rank) VALUES ('secure-delete', 1)`,
  ];
  if (options.space.kind !== "none") {
    statements.push(
      `CREATE TABLE vectors_${number} (
        seq INTEGER PRIMARY KEY, vector F32_BLOB(${options.space.dimensions}) NOT NULL)`,
    );
    if (options.remote) {
      statements.push(
        `CREATE INDEX vectors_${number}_index ON vectors_${number} (
          libsql_vector_idx(vector, 'metric=cosine', 'compress_neighbors=float8', 'max_neighbors=20'))`,
      );
    }
  }
  return statements.map((sql) => ({ sql, args: [] }));
}

/** Creates a collection in a transaction. Throws `conflict` when one of that name has another space. */
export async function createCollection(
  session: Session,
  options: {
    readonly name: string;
    readonly space: VectorSpace;
    readonly shared: boolean;
    readonly label?: string | undefined;
    readonly attributes?: Readonly<Record<string, string>> | undefined;
    readonly remote: boolean;
    readonly nowMs: number;
  },
): Promise<Collection> {
  const { name, space } = options;
  if (!namePattern.test(name)) {
    throw new AtmosphereError(
      "invalid_request",
      `A collection's name must be letters, digits, ".", "_" and "-", got ${JSON.stringify(name)}`,
      { param: "collection" },
    );
  }
  checkSpace(space);
  const existing = (await readCollections(session)).get(name);
  if (existing !== undefined) {
    if (spaceLabel(existing.space) === spaceLabel(space)) return existing;
    throw new AtmosphereError(
      "conflict",
      `The collection "${name}" holds ${spaceLabel(existing.space)}, not ${spaceLabel(space)}`,
      { param: "collection", hint: "Use another collection" },
    );
  }
  const [row] = await session.query(
    `INSERT INTO collections (name, space, shared, created_at, label, attributes)
      VALUES (?, ?, ?, ?, ?, ?) RETURNING *`,
    [
      name,
      JSON.stringify(space),
      options.shared ? 1 : 0,
      options.nowMs,
      options.label ?? null,
      options.attributes === undefined ? null : JSON.stringify(options.attributes),
    ],
  );
  if (row === undefined) throw new Error("INSERT … RETURNING gave no row");
  const collection = toCollection(row);
  await session.run(tables(collection.number, { space, remote: options.remote }));
  return collection;
}

/** Removes a collection with everything in it. */
export async function dropCollection(session: Session, collection: Collection): Promise<void> {
  const n = collection.number;
  await session.run([
    `DELETE FROM facets WHERE collection_id = ${n}`,
    `DELETE FROM items WHERE collection_id = ${n}`,
    `DELETE FROM history WHERE collection_id = ${n}`,
    `DELETE FROM attachments WHERE collection_id = ${n}`,
    `DELETE FROM segments WHERE collection_id = ${n}`,
    `DELETE FROM removals WHERE collection_id = ${n}`,
    `DELETE FROM collections WHERE collection_id = ${n}`,
    `DROP TABLE words_${n}`,
    `DROP TABLE IF EXISTS vectors_${n}`,
  ].map((sql) => ({ sql, args: [] })));
}

/** Changes what `change` names of a collection. */
export async function changeCollection(
  session: Session,
  options: { readonly name: string; readonly change: CollectionChange },
): Promise<void> {
  const { shared, label, attributes } = options.change;
  await session.query(
    `UPDATE collections SET shared = coalesce(?, shared), label = coalesce(?, label),
      attributes = coalesce(?, attributes) WHERE name = ?`,
    [
      shared === undefined ? null : shared ? 1 : 0,
      label ?? null,
      attributes === undefined ? null : JSON.stringify(attributes),
      options.name,
    ],
  );
}

/** What callers are told of a collection that has so many items. */
export function collectionInfo(collection: Collection, items: number): CollectionInfo {
  return {
    name: collection.name,
    space: collection.space,
    items,
    shared: collection.shared,
    createdAt: new Date(collection.createdAtMs).toISOString(),
    ...(collection.label === undefined ? {} : { label: collection.label }),
    ...(collection.attributes === undefined ? {} : { attributes: collection.attributes }),
  };
}

/** The error for a name that no collection has. */
export function unknownCollection(name: string): AtmosphereError {
  return new AtmosphereError("not_found", `No collection is named "${name}"`, {
    param: "collection",
  });
}
