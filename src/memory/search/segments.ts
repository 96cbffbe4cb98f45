/**
 * Codes of a local collection's vectors in the database: many in one row, made from the exact ones.
 *
 * Up to the greatest `last_seq` every vector is in a segment, unless it was removed; later ones are
 * the tail, whose codes are computed when the collection is loaded.
 *
 * @module
 */

import { type Collection, dimensionsOf } from "../collections.ts";
import type { Session } from "../database/database.ts";
import {
  codeVectors,
  decodeSegment,
  encodeSegment,
  strideOf,
  withoutRows,
} from "../kernel/segment.ts";
import type { CodedRows } from "../kernel/vector_index.ts";

// Small enough that memory which held one is used again for the next, rather than given back to the
// system and fetched anew page by page, which takes longer than reading it.
const segmentBytes = 51_200;
const segmentsAtOnce = 8;

/** Vectors that make a segment. */
export function segmentRows(collection: Collection): number {
  const rows = Math.floor(segmentBytes / (12 + strideOf(dimensionsOf(collection))));
  return Math.max(8, Math.min(128, rows));
}

/** Calls `take` with each segment of `collection` in order; the last number that they cover. */
export async function readSegments(
  session: Session,
  options: { collection: Collection; stride: number; take(coded: CodedRows): void },
): Promise<number> {
  let covered = 0;
  for (;;) {
    const rows = await session.query(
      `SELECT last_seq, data FROM segments WHERE collection_id = ? AND first_seq > ?
        ORDER BY first_seq LIMIT ?`,
      [options.collection.number, covered, segmentsAtOnce],
    );
    for (const row of rows) {
      const coded = decodeSegment(row["data"] as ArrayBuffer, options.stride);
      if (coded === undefined) throw new Error("A segment's length does not fit its collection");
      options.take(coded);
      // Gives the bytes back now rather than at some later garbage collection.
      (row["data"] as ArrayBuffer).transfer(0);
      covered = Number(row["last_seq"]);
    }
    if (rows.length < segmentsAtOnce) return covered;
  }
}

/** Makes segments of the tail, as many as it fills. Part of a write transaction. */
export async function sealSegments(session: Session, collection: Collection): Promise<void> {
  const [last] = await session.query(
    "SELECT max(last_seq) AS seq FROM segments WHERE collection_id = ?",
    [collection.number],
  );
  let covered = Number(last?.["seq"] ?? 0);
  const size = segmentRows(collection);
  for (;;) {
    const rows = await session.query(
      `SELECT seq, vector FROM vectors_${collection.number} WHERE seq > ? ORDER BY seq LIMIT ?`,
      [covered, size],
    );
    if (rows.length < size) return;
    const vectors = rows.map((row) => ({
      seq: Number(row["seq"]),
      vector: new Float32Array(row["vector"] as ArrayBuffer),
    }));
    const coded = codeVectors(vectors, dimensionsOf(collection));
    const first = coded.seqs[0]!;
    covered = coded.seqs[size - 1]!;
    await session.query(
      "INSERT INTO segments (collection_id, first_seq, last_seq, data) VALUES (?, ?, ?, ?)",
      [collection.number, first, covered, encodeSegment(coded)],
    );
  }
}

/** Takes the codes of `seqs` out of the stored segments. */
export async function scrubSegments(
  session: Session,
  options: { collection: Collection; seqs: readonly number[] },
): Promise<void> {
  const { collection, seqs } = options;
  if (collection.space.kind === "none" || seqs.length === 0) return;
  const stride = strideOf(collection.space.dimensions);
  const gone = new Set(seqs);
  const hit = await session.query(
    `SELECT DISTINCT s.first_seq FROM json_each(?) AS gone JOIN segments AS s
      ON s.collection_id = ? AND gone.value BETWEEN s.first_seq AND s.last_seq`,
    [JSON.stringify(seqs), collection.number],
  );
  for (const row of hit) {
    const key = [collection.number, Number(row["first_seq"])];
    const where = "collection_id = ? AND first_seq = ?";
    const [segment] = await session.query(`SELECT data FROM segments WHERE ${where}`, key);
    const coded = segment === undefined
      ? undefined
      : decodeSegment(segment["data"] as ArrayBuffer, stride);
    if (coded === undefined) continue;
    // The row stays, even when it is empty: it tells up to where vectors are sealed.
    await session.query(`UPDATE segments SET data = ? WHERE ${where}`, [
      encodeSegment(withoutRows(coded, gone)),
      ...key,
    ]);
  }
}

// Codes of former versions are searched over and kept in memory; up to this many are borne.
const removalsAtLeast = 4_096;

/**
 * Takes the codes of removed items out of the segments and forgets that they were removed, once they
 * are many. Part of a write transaction; whether it was done, so that vectors in memory are to be
 * loaded afresh.
 */
export async function pruneRemovals(session: Session, collection: Collection): Promise<boolean> {
  const [row] = await session.query(
    `SELECT count(*) AS removed, max(n) AS last, json_group_array(seq) AS seqs,
      (SELECT count(*) FROM items WHERE collection_id = ?1) AS items
      FROM removals WHERE collection_id = ?1`,
    [collection.number],
  );
  const removed = Number(row?.["removed"]);
  if (removed < Math.max(removalsAtLeast, Number(row?.["items"]) / 4)) return false;
  await scrubSegments(session, { collection, seqs: JSON.parse(String(row?.["seqs"])) });
  await session.query("DELETE FROM removals WHERE collection_id = ?", [collection.number]);
  await session.query("UPDATE collections SET pruned = ? WHERE collection_id = ?", [
    Number(row?.["last"]),
    collection.number,
  ]);
  return true;
}
