/**
 * What an intent asks for: a probability for each class, and how hard it is.
 *
 * @module
 */

import type { Constants } from "./constants.ts";
import { type IntentClass, intentClasses } from "./intent_classes.ts";

/** Something found in a text. */
export interface LexicalCue {
  /** Such as `code fence`. */
  readonly name: string;
  readonly label: IntentClass;
  /** Added to the class's logit. */
  readonly weight: number;
}

/** An anchor, and how near an intent is to it. */
export interface AnchorMatch {
  readonly text: string;
  readonly cosine: number;
}

/** What is made of an intent. */
export interface IntentEstimate {
  /** Probability by class, in the order of `intentClasses`. */
  readonly probabilities: Float64Array;
  /** 0 (a small model will do) to 1 (only the best will). */
  readonly hardness: number;
  /** Cues found in the text. */
  readonly cues: readonly LexicalCue[];
  /** The nearest anchor of a class; undefined without a vector. */
  nearestAnchor(label: IntentClass): AnchorMatch | undefined;
}

/** What comes with an intent's text. */
export interface IntentContext {
  /** Unit vector of the text. */
  readonly vector: Float32Array | undefined;
  readonly constants: Constants;
  /** An image comes with the intent. */
  readonly hasImage: boolean;
  /** The request brings tools. */
  readonly hasTools: boolean;
}

/**
 * Reads intents. Its data takes a moment to load (`loadIntentReader`), so the router is there
 * before it; until then intents are not weighed by what they ask for.
 */
export interface IntentReader {
  /** Texts that must be embedded once for `setAnchors`; none when they are known already. */
  anchorTexts(): string[];
  /** Vectors of `anchorTexts()`, in order. Throws `TypeError` when their number differs. */
  setAnchors(vectors: readonly Float32Array[]): void;
  /** Estimates an intent by its wording and, where there is a vector, by its likeness to anchors. */
  read(text: string, context: IntentContext): IntentEstimate;
}

const clusters = intentClasses.flatMap((name) => [`${name}/easy`, `${name}/hard`]);

/** Class and hardness of an intent, under which outcomes are kept: `code/hard`. */
export function clusterOf(estimate: Pick<IntentEstimate, "probabilities" | "hardness">): string {
  const { probabilities, hardness } = estimate;
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) {
    if (probabilities[k]! > probabilities[best]!) best = k;
  }
  return clusters[best * 2 + (hardness < 0.5 ? 0 : 1)]!;
}
