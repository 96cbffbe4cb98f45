/**
 * Reads intents by their likeness to anchors: the part of the router that carries data.
 *
 * @module
 */

import { type AnchorModel, fitAnchorModel, type WordingModel } from "./anchor_model.ts";
import { anchors, nearestAnchor } from "./anchors.ts";
import { classIndex, intentClasses } from "./intent_classes.ts";
import type { IntentContext, IntentEstimate, IntentReader } from "./intent_estimate.ts";
import { readCues } from "./lexical_cues.ts";
import {
  isPrepared,
  preparedAnchorModel,
  preparedWordingModel,
  type VectorSpace,
} from "./prepared_anchors.ts";

/**
 * A reader for vectors of `embedder`. When that is the bundled one, the anchors are known already
 * and `anchorTexts()` is empty.
 */
export function createIntentReader(embedder: VectorSpace | undefined): IntentReader {
  return new AnchoredReader(embedder);
}

/** An estimate with everything that it was made from, beside the vector. */
interface KnownEstimate {
  readonly text: string;
  readonly context: IntentContext;
  readonly estimate: IntentEstimate;
}

class AnchoredReader implements IntentReader {
  readonly #isPrepared: boolean;
  #anchors: AnchorModel | undefined;
  /** By the vector itself, so that an estimate is kept as long as the cache of intents keeps that. */
  #known = new WeakMap<Float32Array, KnownEstimate>();

  constructor(embedder: VectorSpace | undefined) {
    this.#isPrepared = isPrepared(embedder);
  }

  anchorTexts(): string[] {
    return this.#isPrepared ? [] : anchors.map(({ text }) => text);
  }

  setAnchors(vectors: readonly Float32Array[]): void {
    if (this.#isPrepared && vectors.length === 0) return;
    this.#anchors = fitAnchorModel(vectors);
    this.#known = new WeakMap();
  }

  read(text: string, context: IntentContext): IntentEstimate {
    const { vector } = context;
    if (vector === undefined) return this.#estimate(text, context);
    const known = this.#known.get(vector);
    if (known?.text === text && isSameContext(known.context, context)) return known.estimate;
    const estimate = this.#estimate(text, context);
    this.#known.set(vector, { text, context, estimate });
    return estimate;
  }

  #estimate(text: string, context: IntentContext): IntentEstimate {
    const model = context.vector === undefined ? undefined : this.#anchorModel();
    const wording = model === undefined ? preparedWordingModel() : undefined;
    return estimateIntent(text, { ...context, model, wording });
  }

  #anchorModel(): AnchorModel | undefined {
    if (this.#isPrepared) this.#anchors ??= preparedAnchorModel();
    return this.#anchors;
  }
}

function isSameContext(a: IntentContext, b: IntentContext): boolean {
  return a.hasImage === b.hasImage && a.hasTools === b.hasTools && a.constants === b.constants;
}

/** What an estimate is made from beside the text. */
export interface EstimateOptions extends IntentContext {
  readonly model: AnchorModel | undefined;
  /** Used when there is no vector or no model for it; undefined: cues alone. */
  readonly wording: WordingModel | undefined;
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
  return {
    probabilities: logits,
    hardness: 1 / (1 + Math.exp(-raw)),
    cues,
    nearestAnchor: (label) => {
      const cosines = model?.compare(vector); // Anew: the model's array is used by each estimate.
      return cosines === undefined ? undefined : nearestAnchor(label, cosines);
    },
  };
}

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
