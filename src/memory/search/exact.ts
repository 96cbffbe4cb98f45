/**
 * The exact comparison of the few vectors whose codes are nearest, by the database.
 *
 * @module
 */

import type { Collection } from "../collections.ts";
import type { SqlArgument } from "../database/database.ts";
import type { Nearest } from "../kernel/nearest.ts";
import { norm } from "../kernel/quantize.ts";
import type { Ranked } from "./fusion.ts";

/** A vector's number and its cosine distance; null where that is no number. */
export type Distance = readonly [seq: number, distance: number | null];

/** A query for (s, d), number and distance, of the vectors in {@linkcode distanceArguments}. */
export function distancesSql(collection: Collection): string {
  // The inner loop of a cross join follows the outer one.
  return `SELECT v.seq AS s, vector_distance_cos(v.vector, ?) AS d FROM json_each(?) AS wanted
    CROSS JOIN vectors_${collection.number} AS v ON v.seq = wanted.value`;
}

/** Arguments of {@linkcode distancesSql}. */
export function distanceArguments(query: Float32Array, near: Nearest): SqlArgument[] {
  const length = norm(query);
  const unit = query.map((value) => value / length) as Float32Array<ArrayBuffer>;
  return [new Uint8Array(unit.buffer), JSON.stringify(near.seqs)];
}

// Codes tell cosines closer than that; more in few dimensions.
const leastTolerance = 0.01;

/**
 * All of `near` by cosine, best first. Undefined when distances are missing or are not what codes
 * tell: the database computes with 32 bits, in which very short and very long vectors have no length.
 */
export function rankByDistance(
  distances: readonly Distance[],
  near: Nearest,
): Ranked[] | undefined {
  if (distances.length !== near.seqs.length) return undefined;
  const expected = new Map(near.seqs.map((seq, i) => [seq, near.scores[i]! * near.unit]));
  const tolerance = Math.max(leastTolerance, 2 * near.error * near.unit);
  const ranked: Ranked[] = [];
  for (const [seq, distance] of distances) {
    const score = distance === null ? NaN : 1 - distance;
    if (!(Math.abs(score - expected.get(seq)!) <= tolerance)) return undefined;
    ranked.push({ seq, score });
  }
  return ranked.sort((a, b) => b.score - a.score || a.seq - b.seq);
}
