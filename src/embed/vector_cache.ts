/**
 * Vectors by exact text, the ones used longest ago forgotten first.
 *
 * @module
 */

/** Longest text, in characters, that is worth a place in the cache. */
const maxKeyChars = 8_192;
/** Characters of text that may be kept for each vector, on average: long texts push out more. */
const keyCharsPerEntry = 512;
/** Vectors of one block of storage, which grows as it is needed. */
const blockVectors = 256;

/** Remembers up to `capacity` vectors, which lie in a few large blocks. */
export class VectorCache {
  /** Slot of each text; the order is that of use. */
  readonly #slots = new Map<string, number>();
  readonly #freeSlots: number[] = [];
  readonly #capacity: number;
  #blocks: Float32Array[] = [];
  #usedSlots = 0;
  #dimensions = 0;
  #keyChars = 0;

  /** Remembers nothing when `capacity` is 0. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Vectors that are remembered now. */
  get size(): number {
    return this.#slots.size;
  }

  /** A copy of the vector of `text`, which counts as used now. */
  get(text: string): Float32Array | undefined {
    const slot = this.#slots.get(text);
    if (slot === undefined) return undefined;
    this.#slots.delete(text);
    this.#slots.set(text, slot);
    return this.#vectorAt(slot).slice();
  }

  /** Remembers a copy of `vector`; all vectors have the same length. */
  set(text: string, vector: Float32Array): void {
    if (this.#capacity === 0 || text.length > maxKeyChars) return;
    if (vector.length !== this.#dimensions) this.#clear(vector.length);
    const known = this.#slots.get(text);
    if (known !== undefined) this.#slots.delete(text);
    else {
      this.#keyChars += text.length;
      while (
        this.#slots.size > 0 &&
        (this.#slots.size >= this.#capacity ||
          this.#keyChars > this.#capacity * keyCharsPerEntry)
      ) this.#forgetOldest();
    }
    const slot = known ?? this.#freeSlots.pop() ?? this.#usedSlots++;
    this.#slots.set(text, slot);
    this.#vectorAt(slot).set(vector);
  }

  #forgetOldest(): void {
    for (const [text, slot] of this.#slots) {
      this.#slots.delete(text);
      this.#freeSlots.push(slot);
      this.#keyChars -= text.length;
      return;
    }
  }

  #vectorAt(slot: number): Float32Array {
    const index = Math.floor(slot / blockVectors);
    const block = this.#blocks[index] ??= new Float32Array(
      Math.min(blockVectors, this.#capacity) * this.#dimensions,
    );
    const start = (slot % blockVectors) * this.#dimensions;
    return block.subarray(start, start + this.#dimensions);
  }

  #clear(dimensions: number): void {
    this.#slots.clear();
    this.#freeSlots.length = 0;
    this.#blocks = [];
    this.#usedSlots = 0;
    this.#keyChars = 0;
    this.#dimensions = dimensions;
  }
}
