/**
 * What an intent asks for: a probability for each speciality, and how hard it is.
 *
 * @module
 */

import type { Speciality } from "../core/mod.ts";
import data from "./specialities.json" with { type: "json" };
import { type LexicalCue, readCues } from "./lexical_cues.ts";
import { fitRidge, type LinearMap } from "./ridge.ts";

/** The classes that an intent may belong to; `general` is everyday talk. */
export type IntentClass = Speciality | "general";

/** Every class, in the order of the arrays below. */
export const intentClasses: readonly IntentClass[] = [
  "code",
  "maths",
  "reasoning",
  "vision",
  "multilingual",
  "writing",
  "summarising",
  "roleplay",
  "tools",
  "medical",
  "legal",
  "quick",
  "general",
];

/** Position of each class. */
export const classIndex: Readonly<Record<IntentClass, number>> = Object.fromEntries(
  intentClasses.map((name, i) => [name, i]),
) as Record<IntentClass, number>;

/** What is made of an intent. */
export interface IntentEstimate {
  /** Probability by class, in the order of {@linkcode intentClasses}. */
  readonly probabilities: Float64Array;
  /** 0 (a small model will do) to 1 (only the best will). */
  readonly hardness: number;
  /** Cues found in the text. */
  readonly cues: readonly LexicalCue[];
}

interface AnchorData {
  readonly specialities: Readonly<Record<string, readonly string[]>>;
  readonly difficulty: { readonly easy: readonly string[]; readonly hard: readonly string[] };
}

const anchorData: AnchorData = data;

/** An anchor utterance and what it stands for. */
export interface Anchor {
  readonly text: string;
  readonly label: IntentClass | "easy" | "hard";
}

/** All anchors in the order in which their vectors are handed over. */
export const anchors: readonly Anchor[] = [
  ...intentClasses.flatMap((label) =>
    (anchorData.specialities[label] ?? []).map((text) => ({ text, label }))
  ),
  ...anchorData.difficulty.easy.map((text) => ({ text, label: "easy" as const })),
  ...anchorData.difficulty.hard.map((text) => ({ text, label: "hard" as const })),
];

/** A linear model of the classes and of difficulty, fitted to the anchors' vectors. */
export class AnchorModel {
  readonly #classes: LinearMap;
  readonly #difficulty: LinearMap;
  readonly #vectors: readonly Float32Array[];

  /** Fits the model; `vectors` belong to {@linkcode anchors}, in order. */
  constructor(vectors: readonly Float32Array[]) {
    if (vectors.length !== anchors.length) {
      throw new TypeError(`Cannot set ${vectors.length} anchors, expected ${anchors.length}`);
    }
    this.#vectors = vectors;
    const classRows = anchors.flatMap(({ label }, i) => label in classIndex ? [i] : []);
    this.#classes = fitRidge(
      classRows.map((i) => vectors[i]!),
      classRows.map((i) => oneHot(classIndex[anchors[i]!.label as IntentClass])),
      { lambda: ridgeLambda },
    );
    const hardRows = anchors.flatMap(({ label }, i) => label in classIndex ? [] : [i]);
    this.#difficulty = fitRidge(
      hardRows.map((i) => vectors[i]!),
      hardRows.map((i) => [anchors[i]!.label === "hard" ? 1 : -1]),
      { lambda: ridgeLambda },
    );
  }

  /** Length of the vectors. */
  get dimensions(): number {
    return this.#vectors[0]?.length ?? 0;
  }

  /** Score by class, about 1 for what is like the class's anchors and 0 for what is not. */
  classScores(vector: Float32Array, into: Float64Array): void {
    this.#classes.apply(vector, into);
  }

  /** About 1 for what is like the hard anchors and -1 for what is like the easy ones. */
  hardness(vector: Float32Array): number {
    this.#difficulty.apply(vector, difficultyScratch);
    return difficultyScratch[0]!;
  }

  /** The anchor of class `label` that is nearest to `vector`. */
  nearest(label: IntentClass, vector: Float32Array): { text: string; cosine: number } | undefined {
    let best: { text: string; cosine: number } | undefined;
    anchors.forEach((anchor, i) => {
      if (anchor.label !== label) return;
      const row = this.#vectors[i]!;
      let cosine = 0;
      for (let j = 0; j < row.length; j++) cosine += row[j]! * vector[j]!;
      if (best === undefined || cosine > best.cosine) best = { text: anchor.text, cosine };
    });
    return best;
  }
}

const ridgeLambda = 0.3;
const difficultyScratch = new Float64Array(1);

function oneHot(position: number): number[] {
  return intentClasses.map((_, i) => i === position ? 1 : 0);
}

/**
 * Estimates an intent from its text and, where there is one, its vector.
 *
 * `hasImage` tells that an image comes with it; `sharpness` is the gain of the softmax.
 */
export function estimateIntent(
  text: string,
  options: {
    vector: Float32Array | undefined;
    model: AnchorModel | undefined;
    sharpness: number;
    hasImage: boolean;
    hasTools: boolean;
  },
): IntentEstimate {
  const { vector, model } = options;
  const logits = new Float64Array(intentClasses.length);
  const known = model !== undefined && vector !== undefined &&
    vector.length === model.dimensions;
  if (known) {
    model.classScores(vector, logits);
    for (let i = 0; i < logits.length; i++) logits[i]! *= options.sharpness;
  } else {
    logits[classIndex.general]! += 1.5;
  }
  const { cues, hardness: lexicalHardness } = readCues(text);
  for (const cue of cues) logits[classIndex[cue.label]]! += cue.weight;
  if (options.hasImage) logits[classIndex.vision]! += 4;
  if (options.hasTools) logits[classIndex.tools]! += 1.5;
  softmax(logits);
  const raw = (known ? 2 * model.hardness(vector) : 0) + lexicalHardness;
  return { probabilities: logits, hardness: 1 / (1 + Math.exp(-raw)), cues };
}

function softmax(values: Float64Array): void {
  let max = -Infinity;
  for (const value of values) max = Math.max(max, value);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] = Math.exp(values[i]! - max);
  for (let i = 0; i < values.length; i++) values[i]! /= sum;
}
