/**
 * Texts as weighed words, pairs of words and short runs of characters.
 *
 * @module
 */

/** A sparse unit vector. */
export interface SparseVector {
  readonly buckets: Uint32Array;
  readonly weights: Float32Array;
}

/** Buckets that features are hashed into. */
export const bucketCount = 65_536;
/** Characters that are read from the start of a text, and from its end when it is longer. */
const headChars = 500;
const tailChars = 200;

/** A space of wordings; a feature that is rare weighs more, one that is unknown is nothing. */
export class WordingSpace {
  /** Inverse document frequency by bucket; 0: unknown. */
  readonly #rarity = new Float32Array(bucketCount);

  /** Takes in how many of `texts` texts have the feature of each bucket. */
  constructor(counts: Uint16Array, texts: number) {
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const count = counts[bucket]!;
      // What a single text has is its author's manner rather than its subject.
      if (count >= 2) this.#rarity[bucket] = Math.log((texts + 1) / (count + 0.5));
    }
  }

  /** The vector of `text`; of length 0 when it has nothing in common with any text. */
  vectorOf(text: string): SparseVector {
    return this.weigh(featuresOf(text));
  }

  /** The vector of a text with the features of these buckets. */
  weigh(found: readonly number[]): SparseVector {
    const buckets = new Uint32Array(found.length);
    const weights = new Float32Array(found.length);
    let length = 0;
    let norm = 0;
    for (let i = 0; i < found.length; i++) {
      const rarity = this.#rarity[found[i]!]!;
      if (rarity === 0) continue;
      buckets[length] = found[i]!;
      weights[length++] = rarity;
      norm += rarity * rarity;
    }
    const scale = norm === 0 ? 0 : 1 / Math.sqrt(norm);
    for (let i = 0; i < length; i++) weights[i]! *= scale;
    return { buckets: buckets.subarray(0, length), weights: weights.subarray(0, length) };
  }
}

/** How many of `texts` have the feature of each bucket, and the buckets of each text. */
export function countFeatures(
  texts: readonly string[],
): { counts: Uint16Array; features: readonly (readonly number[])[] } {
  const features = texts.map(featuresOf);
  const counts = new Uint16Array(bucketCount);
  for (const buckets of features) for (const bucket of buckets) counts[bucket]!++;
  return { counts, features };
}

/** Marks of the buckets that the latest text has, by the text's number. */
const seen = new Uint32Array(bucketCount);
let round = 0;

/** Buckets of the features of `text`, each once. */
function featuresOf(text: string): number[] {
  round = (round + 1) >>> 0;
  const buckets: number[] = [];
  const add = (hash: number): void => {
    const bucket = (hash ^ (hash >>> 16)) & (bucketCount - 1);
    if (seen[bucket] === round) return;
    seen[bucket] = round;
    buckets.push(bucket);
  };
  const sample = excerpt(text);
  addWords(sample, add);
  addRuns(sample, add);
  return buckets;
}

function excerpt(text: string): string {
  const part = text.length <= headChars + tailChars
    ? text
    : `${text.slice(0, headChars)} ${text.slice(-tailChars)}`;
  return part.toLowerCase();
}

const wordPattern = /[\p{L}\p{M}\p{N}_']+|[^\s\p{L}\p{M}\p{N}_']/gu;

function addWords(text: string, add: (hash: number) => void): void {
  let previous = 0;
  for (const word of text.match(wordPattern) ?? []) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    add(hash);
    if (previous !== 0) add(Math.imul(previous, 0x85ebca6b) ^ hash);
    previous = hash;
  }
}

/** Runs of three and of four characters; any white space is one space, at both ends as well. */
function addRuns(text: string, add: (hash: number) => void): void {
  const codes: number[] = [space];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isSpace = code === space || (code >= 9 && code <= 13) || code === 160;
    if (!isSpace) codes.push(code);
    else if (codes[codes.length - 1] !== space) codes.push(space);
  }
  if (codes[codes.length - 1] !== space) codes.push(space);
  for (let i = 0; i + 2 < codes.length; i++) {
    let hash = 0x2c1b3c6d;
    for (let j = 0; j < 3; j++) hash = Math.imul(hash ^ codes[i + j]!, 0x01000193);
    add(hash);
    if (i + 3 < codes.length) add(Math.imul(hash ^ codes[i + 3]!, 0x297a2d39));
  }
}

const space = 32;

/** Dot products of each vector with all before it, handed to `take`. */
export function eachLikeness(
  vectors: readonly SparseVector[],
  take: (i: number, j: number, likeness: number) => void,
): void {
  const dense = new Float32Array(bucketCount);
  vectors.forEach(({ buckets, weights }, i) => {
    buckets.forEach((bucket, f) => dense[bucket] = weights[f]!);
    for (let j = 0; j <= i; j++) {
      const other = vectors[j]!;
      let sum = 0;
      for (let f = 0; f < other.buckets.length; f++) {
        sum += dense[other.buckets[f]!]! * other.weights[f]!;
      }
      take(i, j, sum);
    }
    for (const bucket of buckets) dense[bucket] = 0;
  });
}
