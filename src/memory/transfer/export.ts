/**
 * Items as JSON Lines. The same items always give the same bytes.
 *
 * @module
 */

import type { Collection } from "../collections.ts";
import type { Session } from "../database/database.ts";
import { canonicalJson } from "../items/metadata.ts";
import { listItems } from "../items/read.ts";
import type { CompiledScope } from "../search/filter.ts";
import { type Item, type ItemPage, spaceLabel } from "../types.ts";

/** A page of an export. */
export interface ExportPage {
  /** Lines, each with its line feed. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly items: number;
  /** Where the next page starts; undefined after the last. */
  readonly next?: string;
}

/** The shortest usual decimals that give the same 32-bit numbers again. */
export function decimals(vector: Float32Array): number[] {
  return Array.from(vector, (value) => Number(value.toPrecision(9)));
}

/** One item as a line of JSON, without the line feed. */
export function exportLine(
  item: Item,
  options: { vector?: Float32Array; model?: string } = {},
): string {
  const { vector, model } = options;
  const fields: [name: string, json: string | undefined][] = [
    ["id", JSON.stringify(item.id)],
    ["text", JSON.stringify(item.text)],
    ["vector", vector && JSON.stringify(decimals(vector))],
    ["model", vector && model && JSON.stringify(model)],
    [
      "metadata",
      Object.keys(item.metadata).length === 0 ? undefined : canonicalJson(item.metadata),
    ],
    ["namespace", item.namespace === "" ? undefined : JSON.stringify(item.namespace)],
    ["source", item.source && JSON.stringify(item.source)],
    ["position", item.position && canonicalJson(item.position)],
    ["createdAt", JSON.stringify(item.createdAt)],
    ["updatedAt", JSON.stringify(item.updatedAt)],
    ["expiresAt", item.expiresAt && JSON.stringify(item.expiresAt)],
  ];
  const present = fields.filter(([, json]) => json !== undefined);
  return `{${present.map(([name, json]) => `"${name}":${json}`).join(",")}}`;
}

/** Vectors of a page's items, by their place in it. */
async function readVectors(
  session: Session,
  options: { collection: Collection; page: ItemPage },
): Promise<Map<number, Float32Array>> {
  const { collection, page } = options;
  const rows = await session.query(
    `SELECT wanted.key AS place, v.vector FROM json_each(?) AS wanted
      CROSS JOIN items AS i ON i.collection_id = ${collection.number}
        AND i.namespace = wanted.value ->> 0 AND i.id = wanted.value ->> 1
      JOIN vectors_${collection.number} AS v ON v.seq = i.seq`,
    [JSON.stringify(page.items.map(({ namespace, id }) => [namespace, id]))],
  );
  return new Map(rows.map((row) => [
    Number(row["place"]),
    new Float32Array(row["vector"] as ArrayBuffer),
  ]));
}

/** One page of the items that `scope` leaves, by namespace and id. */
export async function exportItems(
  session: Session,
  options: {
    collection: Collection;
    scope: CompiledScope;
    vectors: boolean;
    limit: number;
    cursor?: string;
    nowMs: number;
  },
): Promise<ExportPage> {
  const { collection } = options;
  const page = await listItems(session, options);
  const vectors = options.vectors && collection.space.kind !== "none"
    ? await readVectors(session, { collection, page })
    : new Map<number, Float32Array>();
  const model = collection.space.kind === "embedder" ? spaceLabel(collection.space) : undefined;
  const lines = page.items.map((item, place) => {
    const vector = vectors.get(place);
    return exportLine(item, {
      ...(vector === undefined ? {} : { vector }),
      ...(model === undefined ? {} : { model }),
    });
  });
  return {
    bytes: new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")),
    items: lines.length,
    ...(page.next === undefined ? {} : { next: page.next }),
  };
}
