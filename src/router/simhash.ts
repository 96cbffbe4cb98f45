/**
 * Fingerprints of long texts that change little when the text does.
 *
 * @module
 */

/** What two nearly equal texts are compared by. */
export interface Fingerprint {
  /** Upper and lower half of the 64-bit SimHash over shingles of three words. */
  readonly high: number;
  readonly low: number;
  /** Hashes of the words, sorted. */
  readonly words: Uint32Array;
  /** Hash of the words that turn a meaning, in order: numbers and negations. */
  readonly pivots: number;
}

/** Words that turn a meaning. Anything with a digit does, too. */
const negations = new Set([
  // "don't", "isn't", "can't" … are read as two words, the second of which is "t".
  ...["no", "not", "t", "never", "none", "nor", "nothing", "without", "cannot", "except", "unless"],
  ...["nicht", "kein", "keine", "keinen", "nie", "ohne", "pas", "jamais", "sans", "sin", "nunca"],
  ...["non", "mai", "senza", "não", "nao", "sem", "niet", "geen", "inte", "ikke", "bez", "не"],
  ...["нет", "без", "yok", "değil"],
]);

/** The fingerprint of a text whose case and spaces are normalised already. */
export function fingerprint(text: string): Fingerprint {
  const tokens = text.match(/[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]/gu) ?? [];
  const words = new Uint32Array(tokens.length);
  let pivots = 0x811c9dc5;
  tokens.forEach((token, i) => {
    const hash = hashText(token);
    words[i] = hash;
    if (negations.has(token) || /\p{N}/u.test(token)) pivots = mix(pivots ^ hash, i === 0 ? 1 : 2);
  });
  const sums = new Int32Array(64);
  for (let i = 0; i < words.length; i++) {
    const shingle = mix(words[i]!, 3) ^ mix(words[i + 1] ?? 0, 5) ^ mix(words[i + 2] ?? 0, 7);
    addBits(sums, 0, mix(shingle, 11));
    addBits(sums, 32, mix(shingle, 13));
  }
  return { high: bitsOf(sums, 0), low: bitsOf(sums, 32), words: words.sort(), pivots };
}

/** Bits in which two SimHashes differ, 0 to 64. */
export function hammingDistance(a: Fingerprint, b: Fingerprint): number {
  return countBits(a.high ^ b.high) + countBits(a.low ^ b.low);
}

/** Words that are in one of two texts but not in the other, or `limit + 1` when they are more. */
export function differingWords(a: Fingerprint, b: Fingerprint, limit: number): number {
  let i = 0;
  let j = 0;
  let different = 0;
  while ((i < a.words.length || j < b.words.length) && different <= limit) {
    const left = a.words[i] ?? Infinity;
    const right = b.words[j] ?? Infinity;
    if (left === right) {
      i++;
      j++;
    } else {
      different++;
      if (left < right) i++;
      else j++;
    }
  }
  return different;
}

/** FNV-1a over UTF-16 code units. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

function mix(value: number, salt: number): number {
  let x = Math.imul(value ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function addBits(sums: Int32Array, offset: number, hash: number): void {
  for (let bit = 0; bit < 32; bit++) sums[offset + bit]! += (hash >>> bit) & 1 ? 1 : -1;
}

function bitsOf(sums: Int32Array, offset: number): number {
  let bits = 0;
  for (let bit = 0; bit < 32; bit++) if (sums[offset + bit]! > 0) bits |= 1 << bit;
  return bits;
}

function countBits(value: number): number {
  let x = value - ((value >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
