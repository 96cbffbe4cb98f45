/**
 * What an intent asks for: a probability for each class, and how hard it is.
 *
 * @module
 */

import type { AnchorModel, WordingModel } from "./anchor_model.ts";
import type { Constants } from "./constants.ts";
import { classIndex, intentClasses } from "./intent_classes.ts";
import { type LexicalCue, readCues } from "./lexical_cues.ts";

/** What is made of an intent. */
export interface IntentEstimate {
  /** Probability by class, in the order of `intentClasses`. */
  readonly probabilities: Float64Array;
  /** 0 (a small model will do) to 1 (only the best will). */
  readonly hardness: number;
  /** Cues found in the text. */
  readonly cues: readonly LexicalCue[];
  /** Cosines to the anchors, valid until the next estimate; undefined without a vector. */
  readonly cosines: Float32Array | undefined;
}

/** What an estimate is made from beside the text. */
export interface EstimateOptions {
  readonly vector: Float32Array | undefined;
  readonly model: AnchorModel | undefined;
  /** Used when there is no vector or no model for it; undefined: cues alone. */
  readonly wording: WordingModel | undefined;
  readonly constants: Constants;
  /** An image comes with the intent. */
  readonly hasImage: boolean;
  /** The request brings tools. */
  readonly hasTools: boolean;
}

/** Estimates an intent by its wording and, where there is a vector, by its likeness to anchors. */
export function estimateIntent(text: string, options: EstimateOptions): IntentEstimate {
  const { vector, model, constants } = options;
  const cosines = model?.compare(vector);
  const logits = new Float64Array(intentClasses.length);
  if (model !== undefined && cosines !== undefined) {
    model.classScores(text, cosines, logits);
    scale(logits, constants.intentSharpness);
  } else if (options.wording !== undefined) {
    options.wording.classScores(text, logits);
    scale(logits, constants.wordingSharpness);
  }
  const { cues, hardness: lexical } = readCues(text);
  for (const cue of cues) logits[classIndex[cue.label]]! += constants.cueGain * cue.weight;
  logits[classIndex.general]! += constants.generalPrior;
  if (options.hasImage) logits[classIndex.vision]! += constants.imageCue;
  if (options.hasTools) logits[classIndex.tools]! += constants.toolsCue;
  softmax(logits);
  const learned = model === undefined || cosines === undefined
    ? 0
    : constants.hardnessSharpness * model.hardness(cosines);
  const raw = learned + lexical - constants.quickEase * logits[classIndex.quick]!;
  return { probabilities: logits, hardness: 1 / (1 + Math.exp(-raw)), cues, cosines };
}

/** Class and hardness of an intent, under which outcomes are kept: `code/hard`. */
export function clusterOf(estimate: IntentEstimate): string {
  const { probabilities, hardness } = estimate;
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) {
    if (probabilities[k]! > probabilities[best]!) best = k;
  }
  return clusters[best * 2 + (hardness < 0.5 ? 0 : 1)]!;
}

const clusters = intentClasses.flatMap((name) => [`${name}/easy`, `${name}/hard`]);

function scale(values: Float64Array, by: number): void {
  for (let k = 0; k < values.length; k++) values[k]! *= by;
}

function softmax(values: Float64Array): void {
  let max = -Infinity;
  for (const value of values) max = Math.max(max, value);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] = Math.exp(values[i]! - max);
  for (let i = 0; i < values.length; i++) values[i]! /= sum;
}
