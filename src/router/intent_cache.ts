/**
 * Vectors of intents seen before: by exact text, and by text that differs only in how it is typed.
 *
 * @module
 */

import { differingWords, type Fingerprint, fingerprint, hammingDistance } from "./simhash.ts";

/** What the embedder tells of an intent. */
export interface IntentVectors {
  /** Its embedding: the same object each time, by which what was read of it is remembered. */
  readonly vector: Float32Array;
  /** What the learned model over the routes is asked with. */
  readonly features: Float32Array;
}

/** Vectors that were found. */
export interface CachedIntent {
  readonly vectors: IntentVectors;
  readonly match: "exact" | "near";
}

interface Entry {
  readonly text: string;
  readonly key: string;
  readonly vectors: IntentVectors;
  readonly fingerprint: Fingerprint | undefined;
}

/** Below, one word is too much of the text for a near duplicate; above, a fingerprint is dear. */
const leastChars = 400;
const mostChars = 20_000;
/** Bits of 64 that may differ. */
const maxDistance = 3;
/** Words that may differ, one replaced by another counting as two. */
const maxDifferingWords = 2;
/** One of four bands is equal when at most three bits differ. */
const bandCount = 4;

/**
 * Near duplicates have the same words but for case, spaces and closing punctuation; long ones may
 * differ in a word that is no number and no negation, since that hardly moves their vector. The
 * least recently used goes first.
 */
export class IntentCache {
  readonly #entries = new Map<string, Entry>();
  readonly #byKey = new Map<string, Entry>();
  readonly #byBand = new Map<number, Set<Entry>>();
  readonly #maxEntries: number;

  /** Remembers `maxEntries` texts. */
  constructor(options: { maxEntries: number }) {
    this.#maxEntries = Math.max(0, options.maxEntries);
  }

  /** Texts remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** The vectors of `text` or of its near duplicate. */
  get(text: string): CachedIntent | undefined {
    const exact = this.#entries.get(text);
    if (exact !== undefined) {
      this.#touch(exact);
      return { vectors: exact.vectors, match: "exact" };
    }
    if (this.#entries.size === 0) return undefined;
    const key = intentKey(text);
    const near = this.#byKey.get(key) ?? this.#nearest(key);
    if (near === undefined) return undefined;
    this.#touch(near);
    return { vectors: near.vectors, match: "near" };
  }

  /** Remembers the vectors of `text`. */
  set(text: string, vectors: IntentVectors): void {
    if (this.#maxEntries === 0) return;
    const known = this.#entries.get(text);
    if (known !== undefined) this.#drop(known);
    const key = intentKey(text);
    const entry: Entry = { text, key, vectors, fingerprint: fingerprintOf(key) };
    this.#entries.set(text, entry);
    this.#byKey.set(key, entry);
    for (const band of bandsOf(entry)) {
      const bucket = this.#byBand.get(band);
      if (bucket === undefined) this.#byBand.set(band, new Set([entry]));
      else bucket.add(entry);
    }
    while (this.#entries.size > this.#maxEntries) {
      const [oldest] = this.#entries.values();
      if (oldest === undefined) return;
      this.#drop(oldest);
    }
  }

  /** Forgets everything; vectors of another model can't be compared. */
  clear(): void {
    this.#entries.clear();
    this.#byKey.clear();
    this.#byBand.clear();
  }

  #touch(entry: Entry): void {
    this.#entries.delete(entry.text);
    this.#entries.set(entry.text, entry);
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.text);
    if (this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key);
    for (const band of bandsOf(entry)) {
      const bucket = this.#byBand.get(band);
      bucket?.delete(entry);
      if (bucket?.size === 0) this.#byBand.delete(band);
    }
  }

  #nearest(key: string): Entry | undefined {
    if (this.#byBand.size === 0) return undefined;
    const wanted = fingerprintOf(key);
    if (wanted === undefined) return undefined;
    for (const band of bands(wanted)) {
      for (const entry of this.#byBand.get(band) ?? []) {
        if (entry.fingerprint !== undefined && nearlyEqual(wanted, entry.fingerprint)) return entry;
      }
    }
    return undefined;
  }
}

/** What two texts that are typed differently but say the same have in common. */
export function intentKey(text: string): string {
  // Nobody types that much twice with another comma, and normalising a megabyte takes a second.
  if (text.length > mostChars) return text;
  // A closing mark after a digit may be a factorial, a decimal point or a version: it stays.
  return text.normalize("NFC").toLowerCase()
    .replace(/(?<![\d\s])[.,;:!?…"“”‘’]+(?=\s|$)/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
}

function fingerprintOf(key: string): Fingerprint | undefined {
  return key.length >= leastChars && key.length <= mostChars ? fingerprint(key) : undefined;
}

function nearlyEqual(a: Fingerprint, b: Fingerprint): boolean {
  return a.pivots === b.pivots && hammingDistance(a, b) <= maxDistance &&
    differingWords(a, b, maxDifferingWords) <= maxDifferingWords;
}

function bandsOf(entry: Entry): number[] {
  return entry.fingerprint === undefined ? [] : bands(entry.fingerprint);
}

function bands({ high, low }: Fingerprint): number[] {
  return [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]
    .map((bits, band) => bits * bandCount + band);
}
