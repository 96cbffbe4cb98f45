/**
 * What an intent's vector and wording say of its class and its hardness, by likeness to anchors.
 *
 * @module
 */

import { type AnchorWeights, fitAnchors, likeness, wordingWeight } from "./anchor_fit.ts";
import { anchors, anchorSpace, classAnchorCount } from "./anchors.ts";
import { intentClasses } from "./intent_classes.ts";
import type { KernelWeights } from "./kernel_ridge.ts";
import { VectorTable } from "./vector_table.ts";
import { WordingScores } from "./wording_scores.ts";

const classCount = intentClasses.length;

/**
 * Kernel ridge regression on the anchors, with the kernel max(0, cosine)^2 between vectors plus
 * the likeness of the wordings.
 */
export class AnchorModel {
  readonly #vectors: VectorTable;
  readonly #weights: AnchorWeights;
  readonly #wording: WordingScores;

  /**
   * Takes the vectors of `anchors`, in order, and fits them unless the fit is given. Throws
   * `TypeError` for a wrong number of vectors.
   */
  constructor(vectors: readonly Float32Array[], weights?: AnchorWeights) {
    if (vectors.length !== anchors.length) {
      throw new TypeError(`Cannot set ${vectors.length} anchors, expected ${anchors.length}`);
    }
    this.#vectors = new VectorTable(vectors);
    this.#weights = weights ?? fitAnchors(vectors);
    this.#wording = new WordingScores(anchorSpace().vectors, this.#weights.classes);
  }

  /** Cosines to every anchor; undefined when `vector` is of another space. Reused by the next call. */
  compare(vector: Float32Array | undefined): Float32Array | undefined {
    return this.#vectors.comparable(vector) ? this.#vectors.dotAll(vector) : undefined;
  }

  /** Score by class: about 1 for what is like the class's anchors, 0 for what is not. */
  classScores(text: string, cosines: Float32Array, into: Float64Array): void {
    const { alphas, bias } = this.#weights.classes;
    into.set(bias);
    for (let i = 0; i < classAnchorCount; i++) {
      const value = likeness(cosines[i]!);
      if (value === 0) continue;
      const offset = i * classCount;
      for (let k = 0; k < classCount; k++) into[k]! += alphas[offset + k]! * value;
    }
    this.#wording.addTo(into, anchorSpace().vectorOf(text), wordingWeight);
  }

  /** About 1 for what is like the hard anchors and -1 for what is like the easy ones. */
  hardness(cosines: Float32Array): number {
    const { alphas, bias } = this.#weights.hardness;
    let sum = bias[0]!;
    for (let i = 0; i < alphas.length; i++) {
      sum += alphas[i]! * likeness(cosines[classAnchorCount + i]!);
    }
    return sum;
  }
}

/** The class of an intent by its wording alone. */
export class WordingModel {
  readonly #bias: Float64Array;
  readonly #scores: WordingScores;

  /** Takes the fit to the wordings of the anchors. */
  constructor(weights: KernelWeights) {
    this.#bias = weights.bias;
    this.#scores = new WordingScores(anchorSpace().vectors, weights);
  }

  /** Score by class, as of `AnchorModel`. */
  classScores(text: string, into: Float64Array): void {
    into.set(this.#bias);
    this.#scores.addTo(into, anchorSpace().vectorOf(text), 1);
  }
}
