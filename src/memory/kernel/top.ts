/**
 * The best few of many: a binary heap whose root is the worst that is kept.
 *
 * @module
 */

/** Keeps the `capacity` best numbers with what they belong to; of equal ones those with lesser keys. */
export class Top {
  readonly #capacity: number;
  readonly #scores: Float64Array;
  readonly #keys: Float64Array;
  #size = 0;

  /** Keeps up to `capacity` entries, at least one. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#scores = new Float64Array(capacity);
    this.#keys = new Float64Array(capacity);
  }

  /** Scores below this are not kept any more, and one of this only with a lesser key. */
  get threshold(): number {
    return this.#size < this.#capacity ? -Infinity : this.#scores[0]!;
  }

  /** Offers an entry. */
  offer(key: number, score: number): void {
    if (this.#size < this.#capacity) {
      this.#rise(this.#size++, key, score);
    } else if (this.#isBelow(0, key, score)) {
      this.#sink(key, score);
    }
  }

  /** Whether the entry at `i` is worse than `key` with `score`. */
  #isBelow(i: number, key: number, score: number): boolean {
    const own = this.#scores[i]!;
    return own < score || (own === score && this.#keys[i]! > key);
  }

  #rise(from: number, key: number, score: number): void {
    const scores = this.#scores;
    const keys = this.#keys;
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#isBelow(parent, key, score)) break;
      scores[i] = scores[parent]!;
      keys[i] = keys[parent]!;
      i = parent;
    }
    scores[i] = score;
    keys[i] = key;
  }

  #sink(key: number, score: number): void {
    const scores = this.#scores;
    const keys = this.#keys;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#size) break;
      const other = child + 1;
      if (other < this.#size && this.#isBelow(other, keys[child]!, scores[child]!)) child = other;
      if (!this.#isBelow(child, key, score)) break;
      scores[i] = scores[child]!;
      keys[i] = keys[child]!;
      i = child;
    }
    scores[i] = score;
    keys[i] = key;
  }

  /** What is kept, best first. */
  entries(): { readonly key: number; readonly score: number }[] {
    return Array.from(
      { length: this.#size },
      (_, i) => ({ key: this.#keys[i]!, score: this.#scores[i]! }),
    ).sort((a, b) => b.score - a.score || a.key - b.key);
  }
}
