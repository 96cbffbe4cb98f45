/**
 * What the wording of an intent gives away, without an embedding.
 *
 * @module
 */

import type { IntentClass } from "./intent_classes.ts";
import type { LexicalCue } from "./intent_estimate.ts";
import data from "./specialities.json" with { type: "json" };

interface CuePattern extends LexicalCue {
  readonly pattern: RegExp;
}

interface CueData {
  readonly name: string;
  readonly label: string;
  readonly weight: number;
  readonly pattern: string;
}

/** Characters that are read from the start of a text, and from its end when it is longer. */
const headChars = 4000;
const tailChars = 1000;

const patterns: readonly CuePattern[] = (data.cues as readonly CueData[]).map((
  { name, label, weight, pattern },
) => ({
  name,
  label: label as IntentClass,
  weight,
  // Unicode mode is half as fast, and needed for classes of characters alone.
  pattern: new RegExp(pattern, pattern.includes("\\p{") ? "iu" : "i"),
}));

/** The cues in `text`, and what they say about its hardness (0: nothing, above: harder). */
export function readCues(text: string): { cues: LexicalCue[]; hardness: number } {
  const sample = text.length <= headChars + tailChars
    ? text
    : `${text.slice(0, headChars)}\n${text.slice(-tailChars)}`;
  const cues = patterns.filter(({ pattern }) => pattern.test(sample));
  return { cues, hardness: lengthHardness(text.length) };
}

/** A dozen words are easier than average, a page is harder; a document is not harder still. */
function lengthHardness(chars: number): number {
  return Math.min(1, Math.max(-0.5, Math.log10((chars + 1) / 120) * 0.8));
}
