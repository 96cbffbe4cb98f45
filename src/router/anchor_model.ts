/**
 * What an intent's vector and wording say of its class and its hardness, by likeness to anchors.
 *
 * @module
 */

import {
  type AnchorWeights,
  fitAnchors,
  fitWording,
  likeness,
  wordingWeight,
} from "./anchor_fit.ts";
import { anchors, anchorWordings, classAnchorCount } from "./anchors.ts";
import { DotKernel, quantiseRows } from "./dot_kernel.ts";
import { intentClasses } from "./intent_classes.ts";
import type { KernelWeights } from "./kernel_ridge.ts";
import { sumByFeature, WordingScores } from "./wording_scores.ts";
import type { WordingSpace } from "./wording_space.ts";

const classCount = intentClasses.length;

/** What an {@linkcode AnchorModel} is made of. */
export interface AnchorModelParts {
  /** Vectors of all anchors, in order. */
  readonly vectors: DotKernel;
  readonly weights: AnchorWeights;
  readonly space: WordingSpace;
  /** Scores of the wordings, from the same fit as the weights. */
  readonly wording: WordingScores;
}

/**
 * Kernel ridge regression on the anchors, with the kernel max(0, cosine)^2 between vectors plus
 * the likeness of the wordings.
 */
export class AnchorModel {
  readonly #parts: AnchorModelParts;

  /** Takes the parts of a fit. */
  constructor(parts: AnchorModelParts) {
    this.#parts = parts;
  }

  /** Cosines to every anchor; undefined when `vector` is of another space. Reused by the next call. */
  compare(vector: Float32Array | undefined): Float32Array | undefined {
    const { vectors } = this.#parts;
    return vector !== undefined && vector.length === vectors.dimensions
      ? vectors.dotAll(vector)
      : undefined;
  }

  /** Score by class: about 1 for what is like the class's anchors, 0 for what is not. */
  classScores(text: string, cosines: Float32Array, into: Float64Array): void {
    const { weights, wording, space } = this.#parts;
    const { alphas, bias } = weights.classes;
    into.set(bias);
    for (let i = 0; i < classAnchorCount; i++) {
      const value = likeness(cosines[i]!);
      if (value === 0) continue;
      const offset = i * classCount;
      for (let k = 0; k < classCount; k++) into[k]! += alphas[offset + k]! * value;
    }
    wording.addTo(into, space.vectorOf(text), wordingWeight);
  }

  /** About 1 for what is like the hard anchors and -1 for what is like the easy ones. */
  hardness(cosines: Float32Array): number {
    const { alphas, bias } = this.#parts.weights.hardness;
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

  /** Takes a fit to the wordings of the anchors. */
  constructor(weights: KernelWeights) {
    this.#bias = weights.bias;
    this.#scores = new WordingScores(sumByFeature(anchorWordings().vectors, weights));
  }

  /** Score by class, as of `AnchorModel`. */
  classScores(text: string, into: Float64Array): void {
    into.set(this.#bias);
    this.#scores.addTo(into, anchorWordings().space.vectorOf(text), 1);
  }
}

/**
 * Fits a model to the vectors of `anchors`, in order; takes half a second. Throws `TypeError` for a
 * wrong number of vectors.
 */
export function fitAnchorModel(vectors: readonly Float32Array[]): AnchorModel {
  if (vectors.length !== anchors.length) {
    throw new TypeError(`Cannot set ${vectors.length} anchors, expected ${anchors.length}`);
  }
  const weights = fitAnchors(vectors);
  const { space, vectors: wordings } = anchorWordings();
  return new AnchorModel({
    vectors: new DotKernel(quantiseRows(vectors, vectors[0]?.length ?? 0)),
    weights,
    space,
    wording: new WordingScores(sumByFeature(wordings, weights.classes)),
  });
}

/** Fits a model to the wordings of the anchors. */
export function fitWordingModel(): WordingModel {
  return new WordingModel(fitWording());
}
