/**
 * Texts that ask for what their writer noted, agreed on or stored before. A model can't know that,
 * a memory can. What gives such a text away is how it asks, not what it is about, and vectors of
 * meaning hardly tell: "what did I decide about the backup policy?" is nearest to texts on backups.
 *
 * @module
 */

const past = [
  "agreed?",
  "cho(?:o)?se(?:n)?",
  "concluded?",
  "decided?",
  "discuss(?:ed)?",
  "jot(?:ted)?",
  "keep",
  "kept",
  "learn(?:ed|t)?",
  "noted?",
  "plan(?:ned)?",
  "promised?",
  "put",
  "record(?:ed)?",
  "saved?",
  "say",
  "said",
  "settled?",
  "stored?",
  "wr(?:i|o)te",
  "written",
].join("|");
const stores = "notes|documents|docs|files|journal|diary|records|minutes|memory|memories";

const patterns: readonly RegExp[] = [
  new RegExp(
    `\\b(?:what|when|where|which|whom?|why|how)\\b[^.?!\\n]{0,40}?\\b(?:did|have|had) (?:I|we)\\b(?: \\w+){0,2}? (?:${past})\\b`,
    "i",
  ),
  new RegExp(`\\bremind me (?:what|when|where|which|whom?|why|how|of (?:what|the|my|our))\\b`, "i"),
  new RegExp(
    `\\b(?:find|search|look (?:in|up|through|for)|check|go through|show me)\\b[^.?!\\n]{0,20}?\\b(?:my|our) (?:\\w+ ){0,2}?(?:${stores})\\b`,
    "i",
  ),
  new RegExp(
    `\\b(?:what|when|where|which|who) (?:do|does|did|is|was|were|in) (?:my|our) (?:\\w+ ){0,2}?(?:${stores})\\b`,
    "i",
  ),
  new RegExp(
    `\\b(?:do|did|have) (?:I|we) (?:have|keep|kept|got|saved?|stored?) (?:\\w+ ){0,2}?(?:notes?|anything|something) (?:on|about)\\b`,
    "i",
  ),
  /\bwhat do (?:I|we) (?:already )?know about\b/i,
];

/** Characters that are read: a question stands at the beginning or alone. */
const readChars = 300;

/** The words in `text` that ask for what was noted before; undefined when none do. */
export function recallCue(text: string): string | undefined {
  const start = text.slice(0, readChars);
  for (const pattern of patterns) {
    const [cue] = pattern.exec(start) ?? [];
    if (cue !== undefined) return cue;
  }
  return undefined;
}
