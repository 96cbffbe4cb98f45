/**
 * What each feature of a text's wording says of its class.
 *
 * @module
 */

import type { KernelWeights } from "./kernel_ridge.ts";
import { bucketCount, type SparseVector } from "./wording_space.ts";

/** Sums of what examples contribute, by feature: the same as comparing with every example. */
export class WordingScores {
  readonly #outputs: number;
  /** Row of each bucket in the table, plus one; 0: no example has it. */
  readonly #rows = new Uint32Array(bucketCount);
  readonly #table: Float32Array;

  /** Adds up `weights` of examples over their `vectors`. */
  constructor(vectors: readonly SparseVector[], weights: Pick<KernelWeights, "alphas" | "bias">) {
    const outputs = this.#outputs = weights.bias.length;
    let rows = 0;
    for (const { buckets } of vectors) {
      for (const bucket of buckets) if (this.#rows[bucket] === 0) this.#rows[bucket] = ++rows;
    }
    this.#table = new Float32Array((rows + 1) * outputs);
    vectors.forEach(({ buckets, weights: values }, i) => {
      buckets.forEach((bucket, f) => {
        const offset = this.#rows[bucket]! * outputs;
        for (let o = 0; o < outputs; o++) {
          this.#table[offset + o]! += values[f]! * weights.alphas[i * outputs + o]!;
        }
      });
    });
  }

  /** Adds `scale` times the scores of `vector` to `into`. */
  addTo(into: Float64Array, vector: SparseVector, scale: number): void {
    const { buckets, weights } = vector;
    for (let f = 0; f < buckets.length; f++) {
      const offset = this.#rows[buckets[f]!]! * this.#outputs;
      const weight = weights[f]! * scale;
      for (let o = 0; o < this.#outputs; o++) into[o]! += weight * this.#table[offset + o]!;
    }
  }
}
