/**
 * What each feature of a text's wording says of its class.
 *
 * @module
 */

import type { KernelWeights } from "./kernel_ridge.ts";
import { bucketCount, type SparseVector } from "./wording_space.ts";

/** What features contribute: row `i` of the table belongs to the feature of `buckets[i]`. */
export interface FeatureTable {
  readonly outputs: number;
  readonly buckets: Uint16Array;
  readonly table: Float32Array;
}

/** Sums what examples contribute by feature: the same as comparing with every example. */
export function sumByFeature(
  vectors: readonly SparseVector[],
  weights: Pick<KernelWeights, "alphas" | "bias">,
): FeatureTable {
  const outputs = weights.bias.length;
  const rows = new Map<number, number>();
  for (const { buckets } of vectors) {
    for (const bucket of buckets) if (!rows.has(bucket)) rows.set(bucket, rows.size);
  }
  const table = new Float32Array(rows.size * outputs);
  vectors.forEach(({ buckets, weights: values }, i) => {
    buckets.forEach((bucket, f) => {
      const offset = rows.get(bucket)! * outputs;
      for (let o = 0; o < outputs; o++) {
        table[offset + o]! += values[f]! * weights.alphas[i * outputs + o]!;
      }
    });
  });
  return { outputs, buckets: Uint16Array.from(rows.keys()), table };
}

/** Scores texts by a table of features. */
export class WordingScores {
  readonly #outputs: number;
  /** Row of each bucket in the table, plus one; 0: no example has it. */
  readonly #rows = new Uint16Array(bucketCount);
  readonly #table: Float32Array;

  /** Takes the table over. */
  constructor({ outputs, buckets, table }: FeatureTable) {
    this.#outputs = outputs;
    this.#table = table;
    for (let row = 0; row < buckets.length; row++) this.#rows[buckets[row]!] = row + 1;
  }

  /** Adds `scale` times the scores of `vector` to `into`. */
  addTo(into: Float64Array, vector: SparseVector, scale: number): void {
    const { buckets, weights } = vector;
    for (let f = 0; f < buckets.length; f++) {
      const row = this.#rows[buckets[f]!]!;
      if (row === 0) continue;
      const offset = (row - 1) * this.#outputs;
      const weight = weights[f]! * scale;
      for (let o = 0; o < this.#outputs; o++) into[o]! += weight * this.#table[offset + o]!;
    }
  }
}
