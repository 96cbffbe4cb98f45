/**
 * Vectors by exact text, the ones used longest ago forgotten first.
 *
 * @module
 */

/** Longest text, in characters, that is worth a place in the cache. */
const maxKeyChars = 8_192;

/** Remembers up to `capacity` vectors. */
export class VectorCache {
  readonly #entries = new Map<string, Float32Array>();
  readonly #capacity: number;

  /** Remembers nothing when `capacity` is 0. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Vectors that are remembered now. */
  get size(): number {
    return this.#entries.size;
  }

  /** The vector of `text`, which counts as used now. */
  get(text: string): Float32Array | undefined {
    const vector = this.#entries.get(text);
    if (vector === undefined) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, vector);
    return vector;
  }

  /** Remembers `vector`; the caller must not change it any more. */
  set(text: string, vector: Float32Array): void {
    if (this.#capacity === 0 || text.length > maxKeyChars) return;
    this.#entries.delete(text);
    this.#entries.set(text, vector);
    if (this.#entries.size > this.#capacity) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
  }
}
