/**
 * Vectors of intents seen before: by exact text, and by text that differs only in how it is typed.
 *
 * @module
 */

/** A vector that was found. */
export interface CachedIntent {
  readonly vector: Float32Array;
  readonly match: "exact" | "near";
}

interface Entry {
  readonly text: string;
  readonly vector: Float32Array;
}

/** Least recently used out; both ways of looking up share the bound. */
export class IntentCache {
  readonly #entries = new Map<string, Entry>();
  readonly #byKey = new Map<string, string>();
  readonly #maxEntries: number;

  /** Remembers `maxEntries` texts. */
  constructor(options: { maxEntries: number }) {
    this.#maxEntries = Math.max(0, options.maxEntries);
  }

  /** Texts remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** The vector of `text` or of its near duplicate. */
  get(text: string): CachedIntent | undefined {
    const exact = this.#entries.get(text);
    if (exact !== undefined) {
      this.#entries.delete(text);
      this.#entries.set(text, exact);
      return { vector: exact.vector, match: "exact" };
    }
    const twin = this.#byKey.get(intentKey(text));
    const near = twin === undefined ? undefined : this.#entries.get(twin);
    return near === undefined ? undefined : { vector: near.vector, match: "near" };
  }

  /** Remembers the vector of `text`. */
  set(text: string, vector: Float32Array): void {
    if (this.#maxEntries === 0) return;
    this.#entries.delete(text);
    this.#entries.set(text, { text, vector });
    this.#byKey.set(intentKey(text), text);
    while (this.#entries.size > this.#maxEntries) this.#dropOldest();
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#byKey.clear();
  }

  #dropOldest(): void {
    for (const [text] of this.#entries) {
      this.#entries.delete(text);
      const key = intentKey(text);
      if (this.#byKey.get(key) === text) this.#byKey.delete(key);
      return;
    }
  }
}

/** What two texts that are typed differently but say the same have in common. */
export function intentKey(text: string): string {
  return text.toLowerCase()
    .replace(/[.,;:!?…"“”‘’]+(?=\s|$)/gu, " ")
    .replace(/\s+/gu, " ")
    .trim();
}
