/**
 * The best few of many: a binary heap whose root is the worst that is kept.
 *
 * @module
 */

/** Keeps the `capacity` best numbers with what they belong to. */
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

  /** Scores up to this are not kept any more; -Infinity while there is room. */
  get threshold(): number {
    return this.#size < this.#capacity ? -Infinity : this.#scores[0]!;
  }

  /** Offers an entry. */
  offer(key: number, score: number): void {
    if (this.#size < this.#capacity) {
      this.#rise(this.#size++, key, score);
    } else if (score > this.#scores[0]!) {
      this.#sink(key, score);
    }
  }

  #rise(from: number, key: number, score: number): void {
    const scores = this.#scores;
    const keys = this.#keys;
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (scores[parent]! <= score) break;
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
      if (child + 1 < this.#size && scores[child + 1]! < scores[child]!) child++;
      if (scores[child]! >= score) break;
      scores[i] = scores[child]!;
      keys[i] = keys[child]!;
      i = child;
    }
    scores[i] = score;
    keys[i] = key;
  }

  /** Kept keys, best first. */
  keys(): number[] {
    return Array.from({ length: this.#size }, (_, i) => i)
      .sort((a, b) => this.#scores[b]! - this.#scores[a]! || this.#keys[a]! - this.#keys[b]!)
      .map((i) => this.#keys[i]!);
  }
}
