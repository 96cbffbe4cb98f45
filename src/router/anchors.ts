/**
 * Anchor utterances: what people say when they want each of the classes, and easy and hard ones.
 *
 * @module
 */

import { type IntentClass, intentClasses } from "./intent_classes.ts";
import data from "./specialities.json" with { type: "json" };
import { countFeatures, type SparseVector, WordingSpace } from "./wording_space.ts";

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

/** Anchors of the classes; those of hardness follow. */
export const classAnchorCount: number = anchors.findIndex(({ label }) => label === "easy");

function labelled(label: Anchor["label"], texts: readonly string[]): Anchor[] {
  return texts.map((text) => ({ text, label }));
}

/** Changes when an anchor does; FNV-1a over texts and labels. */
export function anchorsFingerprint(): string {
  let hash = 0x811c9dc5;
  for (const { text, label } of anchors) {
    for (const char of `${label}:${text}\n`) {
      hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
    }
  }
  return hash.toString(16).padStart(8, "0");
}

/** The class anchors' wordings, and the space that they span. */
export interface AnchorWordings {
  readonly space: WordingSpace;
  readonly vectors: readonly SparseVector[];
  /** How many anchors have the feature of each bucket. */
  readonly counts: Uint16Array;
}

let wordings: AnchorWordings | undefined;

/** The wordings of the class anchors; read when they are first needed, which takes a moment. */
export function anchorWordings(): AnchorWordings {
  if (wordings === undefined) {
    const texts = anchors.slice(0, classAnchorCount).map(({ text }) => text);
    const { counts, features } = countFeatures(texts);
    const space = new WordingSpace(counts, texts.length);
    wordings = { space, counts, vectors: features.map((buckets) => space.weigh(buckets)) };
  }
  return wordings;
}

/** The anchor of class `label` that is nearest by `cosines` to all anchors. */
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
