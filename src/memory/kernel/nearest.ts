/**
 * What a comparison of codes tells, and how sure it is of it.
 *
 * @module
 */

/** What was found among codes. */
export interface Nearest {
  /** Numbers of rows, best first. */
  readonly seqs: readonly number[];
  /** Their scores: the greater, the nearer; of one query comparable among all rows. */
  readonly scores: readonly number[];
  /** What a score is multiplied with to be a cosine. */
  readonly unit: number;
  /** How far a score may be from that of the exact vectors. */
  readonly error: number;
  /** Rows that were compared. */
  readonly compared: number;
}

// Three and a half standard deviations of what rounding to whole codes does to a row or to a query.
// What is looked for is left out only if it and the row that it is measured by are both off by that.
const roundingErrors = 1;

/** How far scores may be off, for the largest scale among rows and the query's; in scores. */
export function scoreError(rowScale: number, queryScale: number): number {
  return roundingErrors * Math.hypot(rowScale / queryScale, 1);
}

/** The rows of `near` that may be among the `wanted` nearest when exact vectors are compared. */
export function contenders(near: Nearest, wanted: number): Nearest {
  const least = (near.scores[wanted - 1] ?? -Infinity) - 2 * near.error;
  const count = near.scores.findIndex((score) => score < least);
  if (count < 0) return near;
  return { ...near, seqs: near.seqs.slice(0, count), scores: near.scores.slice(0, count) };
}
