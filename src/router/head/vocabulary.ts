/**
 * The n-grams that a head knows, each with its row and its weight.
 *
 * @module
 */

import { GramReader, mostFeatures, normalise } from "./ngrams.ts";

/** Texts that are read between two pauses. */
export const yieldEvery = 256;

/** A text's known n-grams: rows in ascending order of their first occurrence, and unit-length values. */
export interface SparseText {
  readonly rows: Int32Array;
  readonly values: Float32Array;
  count: number;
}

/** Maps n-gram hashes to rows by open addressing. */
export class Vocabulary {
  /** Hash of each row. */
  readonly hashes: Uint32Array;
  /** Inverse document frequency of each row. */
  readonly weights: Float32Array;
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #seen: Uint32Array;
  #stamp = 0;
  readonly #reader = new GramReader();
  readonly #text: SparseText;

  /** A vocabulary of `hashes` with `weights`, row by row. */
  constructor(hashes: Uint32Array, weights: Float32Array) {
    this.hashes = hashes;
    this.weights = weights;
    let size = 16;
    while (size < hashes.length * 2) size *= 2;
    this.#slots = new Int32Array(size).fill(-1);
    this.#mask = size - 1;
    this.#seen = new Uint32Array(hashes.length);
    this.#text = {
      rows: new Int32Array(mostFeatures),
      values: new Float32Array(mostFeatures),
      count: 0,
    };
    for (let row = 0; row < hashes.length; row++) {
      let slot = hashes[row]! & this.#mask;
      while (this.#slots[slot] !== -1) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = row;
    }
  }

  /** Number of rows. */
  get size(): number {
    return this.hashes.length;
  }

  /** The row of a hash, or -1. */
  find(hash: number): number {
    let slot = hash & this.#mask;
    for (;;) {
      const row = this.#slots[slot]!;
      if (row === -1 || this.hashes[row] === hash) return row;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** The known n-grams of `text`, each once; valid until the next call. */
  read(text: string): SparseText {
    const count = this.#reader.read(normalise(text));
    const { rows, values } = this.#text;
    this.#stamp++;
    let known = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      const row = this.find(this.#reader.hashes[i]!);
      if (row === -1 || this.#seen[row] === this.#stamp) continue;
      this.#seen[row] = this.#stamp;
      const weight = this.weights[row]!;
      rows[known] = row;
      values[known] = weight;
      squares += weight * weight;
      known++;
    }
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let i = 0; i < known; i++) values[i]! *= scale;
    this.#text.count = known;
    return this.#text;
  }

  /** The n-grams of `text` as people read them, with their rows. */
  spell(text: string): { readonly row: number; readonly gram: string }[] {
    const normalised = normalise(text);
    const count = this.#reader.read(normalised);
    const found = new Map<number, string>();
    for (let i = 0; i < count; i++) {
      const row = this.find(this.#reader.hashes[i]!);
      if (row === -1 || found.has(row)) continue;
      found.set(row, normalised.slice(this.#reader.starts[i]!, this.#reader.ends[i]!));
    }
    return [...found].map(([row, gram]) => ({ row, gram }));
  }
}

/**
 * The vocabulary of `texts`: n-grams that at least `least` texts have, the most frequent first where
 * there are more than `most`. Yields now and then.
 */
export function* buildVocabulary(
  texts: readonly string[],
  options: { readonly least: number; readonly most: number },
): Generator<void, Vocabulary> {
  const reader = new GramReader();
  const frequency = new Map<number, number>();
  const lastText = new Map<number, number>();
  for (const [t, text] of texts.entries()) {
    const count = reader.read(normalise(text));
    for (let i = 0; i < count; i++) {
      const hash = reader.hashes[i]!;
      if (lastText.get(hash) === t) continue;
      lastText.set(hash, t);
      frequency.set(hash, (frequency.get(hash) ?? 0) + 1);
    }
    if (t % yieldEvery === yieldEvery - 1) yield;
  }
  let kept = [...frequency].filter(([, count]) => count >= options.least);
  if (kept.length > options.most) {
    kept.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    kept = kept.slice(0, options.most);
  }
  kept.sort((a, b) => a[0] - b[0]);
  return new Vocabulary(
    Uint32Array.from(kept, ([hash]) => hash),
    Float32Array.from(kept, ([, count]) => Math.log((1 + texts.length) / (1 + count)) + 1),
  );
}
