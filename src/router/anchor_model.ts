/**
 * What an intent's vector says of its class and its hardness, by likeness to anchor utterances.
 *
 * @module
 */

import { classIndex, type IntentClass, intentClasses } from "./intent_classes.ts";
import { fitKernelRidge, type KernelWeights } from "./kernel_ridge.ts";
import data from "./specialities.json" with { type: "json" };
import { VectorTable } from "./vector_table.ts";

/** An anchor utterance and what it stands for. */
export interface Anchor {
  readonly text: string;
  readonly label: IntentClass | "easy" | "hard";
}

/** All anchors, in the order in which their vectors are handed over: by class, then by hardness. */
export const anchors: readonly Anchor[] = [
  ...intentClasses.flatMap((label) => labelled(label, data.specialities[label])),
  ...labelled("easy", data.difficulty.easy),
  ...labelled("hard", data.difficulty.hard),
];

const classCount = intentClasses.length;
const firstDifficulty = anchors.findIndex(({ label }) => label === "easy");

/**
 * Regularisation of both fits. Between 0.1 and 1 the accuracy on left-out anchors differs by less
 * than a percent.
 */
const lambda = 0.3;

function labelled(label: Anchor["label"], texts: readonly string[]): Anchor[] {
  return texts.map((text) => ({ text, label }));
}

/**
 * Kernel ridge regression with the kernel max(0, cosine)^2: squaring makes a close anchor count
 * for more than many distant ones. Classes weigh the same however many anchors they have.
 */
export class AnchorModel {
  readonly #vectors: VectorTable;
  readonly #classes: KernelWeights;
  readonly #hardness: KernelWeights;

  /** Fits the model to `vectors` of `anchors`, in order. Throws `TypeError` for a wrong number. */
  constructor(vectors: readonly Float32Array[]) {
    if (vectors.length !== anchors.length) {
      throw new TypeError(`Cannot set ${vectors.length} anchors, expected ${anchors.length}`);
    }
    this.#vectors = new VectorTable(vectors);
    const rows = vectors.map((vector) => this.#vectors.dotAll(vector).map(likeness));
    const sizes = new Map<string, number>();
    for (const { label } of anchors) sizes.set(label, (sizes.get(label) ?? 0) + 1);
    const weight = (i: number): number =>
      firstDifficulty / classCount / sizes.get(anchors[i]!.label)!;
    this.#classes = fitKernelRidge({
      count: firstDifficulty,
      outputs: classCount,
      kernel: (i, j) => rows[i]![j]!,
      target: (i, o) => classIndex[anchors[i]!.label as IntentClass] === o ? 1 : 0,
      weight,
    }, lambda);
    this.#hardness = fitKernelRidge({
      count: anchors.length - firstDifficulty,
      outputs: 1,
      kernel: (i, j) => rows[firstDifficulty + i]![firstDifficulty + j]!,
      target: (i) => anchors[firstDifficulty + i]!.label === "hard" ? 1 : -1,
      weight: () => 1,
    }, lambda);
  }

  /** Cosines to every anchor; undefined when `vector` is of another space. Reused by the next call. */
  compare(vector: Float32Array | undefined): Float32Array | undefined {
    return this.#vectors.comparable(vector) ? this.#vectors.dotAll(vector) : undefined;
  }

  /** Score by class: about 1 for what is like the class's anchors, 0 for what is not. */
  classScores(cosines: Float32Array, into: Float64Array): void {
    const { alphas, bias } = this.#classes;
    into.set(bias);
    for (let i = 0; i < firstDifficulty; i++) {
      const value = likeness(cosines[i]!);
      if (value === 0) continue;
      const offset = i * classCount;
      for (let k = 0; k < classCount; k++) into[k]! += alphas[offset + k]! * value;
    }
  }

  /** About 1 for what is like the hard anchors and -1 for what is like the easy ones. */
  hardness(cosines: Float32Array): number {
    const { alphas, bias } = this.#hardness;
    let sum = bias[0]!;
    for (let i = 0; i < alphas.length; i++) {
      sum += alphas[i]! * likeness(cosines[firstDifficulty + i]!);
    }
    return sum;
  }
}

/** The anchor of class `label` that is nearest by `cosines`. */
export function nearestAnchor(
  label: Anchor["label"],
  cosines: Float32Array,
): { text: string; cosine: number } | undefined {
  let best = -1;
  for (let i = 0; i < anchors.length; i++) {
    if (anchors[i]!.label !== label) continue;
    if (best === -1 || cosines[i]! > cosines[best]!) best = i;
  }
  return best === -1 ? undefined : { text: anchors[best]!.text, cosine: cosines[best]! };
}

function likeness(cosine: number): number {
  return cosine > 0 ? cosine * cosine : 0;
}
