/**
 * Word and character n-grams of a text as 32-bit hashes, without a string for any of them.
 *
 * Words are runs of letters and digits; every other visible character, and every character of the
 * scripts that are written without spaces, is a word of its own. A word gives itself, its pairs with
 * the word before and the one before that, and the runs of three characters of `^word$`.
 *
 * @module
 */

/** Characters of a text that are read; the first and the last half of a longer one. */
export const longestText = 4_096;
/** Most n-grams of one text. */
export const mostFeatures = 8_192;

const shortestGram = 3;
const longestGram = 3;
const wordStart = 94;
const wordEnd = 36;

/** Which kind of n-gram a hash stands for. */
const seeds = {
  word: 0x811c9dc5,
  pair: 0x2f0b4c47,
  skip: 0x3c6ef372,
  characters: 0x5bd1e995,
} as const;

/** What a hash was made from, for explanations: a range of the normalised text. */
export interface GramSpan {
  readonly start: number;
  readonly end: number;
}

function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 15);
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

const separator = 0;
const letter = 1;
const alone = 2;

/** Latin, Greek, Cyrillic and so on are letters; scripts without spaces and symbols stand alone. */
function kindOf(unit: number): number {
  if (unit < 128) {
    if ((unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57)) return letter;
    return unit <= 32 || unit === 127 ? separator : alone;
  }
  if (unit < 0xc0) return unit === 0xa0 ? separator : alone;
  if (unit >= 0x2000 && unit < 0x2c00) return unit < 0x2010 || unit === 0x2028 ? separator : alone;
  if (unit >= 0xd800 && unit < 0xe000) return letter; // Halves of one character stay together.
  if (unit >= 0x0e00 && unit < 0x0f00) return alone;
  if (unit >= 0x3000 && unit < 0xa000) return unit === 0x3000 ? separator : alone;
  return letter;
}

/** Lower case, one form of each character, cut to {@linkcode longestText}. */
export function normalise(text: string): string {
  const half = longestText / 2;
  const short = text.length <= longestText
    ? text
    : `${text.slice(0, half)} ${text.slice(text.length - half)}`;
  return short.normalize("NFKC").toLowerCase();
}

/** Reads n-grams into a buffer of its own; one reader serves one text at a time. */
export class GramReader {
  /** Hashes of the last text, `count` of them; duplicates are there as often as they occur. */
  readonly hashes: Uint32Array = new Uint32Array(mostFeatures);
  /** Where each came from. */
  readonly starts: Uint32Array = new Uint32Array(mostFeatures);
  readonly ends: Uint32Array = new Uint32Array(mostFeatures);
  count = 0;

  /** Reads `text`, which {@linkcode normalise} made. */
  read(text: string): number {
    this.count = 0;
    let previous = 0;
    let previousStart = -1;
    let second = 0;
    let secondStart = -1;
    let i = 0;
    while (i < text.length) {
      const kind = kindOf(text.charCodeAt(i));
      if (kind === separator) {
        i++;
        continue;
      }
      const start = i;
      let hash: number = seeds.word;
      do {
        hash = step(hash, text.charCodeAt(i));
        i++;
      } while (kind === letter && i < text.length && kindOf(text.charCodeAt(i)) === letter);
      this.#add(finish(hash), start, i);
      if (previousStart >= 0) {
        this.#add(finish(step(step(seeds.pair, previous), hash)), previousStart, i);
      }
      if (secondStart >= 0) {
        this.#add(finish(step(step(seeds.skip, second), hash)), secondStart, i);
      }
      second = previous;
      secondStart = previousStart;
      previous = hash;
      previousStart = start;
      if (kind === letter) this.#characters(text, start, i);
    }
    return this.count;
  }

  #characters(text: string, start: number, end: number): void {
    for (let from = start - 1; from + shortestGram <= end + 1; from++) {
      let hash: number = seeds.characters;
      const last = Math.min(from + longestGram, end + 1);
      for (let at = from; at < last; at++) {
        const unit = at < start ? wordStart : at === end ? wordEnd : text.charCodeAt(at);
        hash = step(hash, unit);
        if (at - from + 1 >= shortestGram) {
          this.#add(finish(hash), Math.max(from, start), Math.min(at + 1, end));
        }
      }
    }
  }

  #add(hash: number, start: number, end: number): void {
    if (this.count === mostFeatures) return;
    this.hashes[this.count] = hash;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count++;
  }
}
