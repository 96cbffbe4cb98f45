/**
 * What the router remembers of its own choices.
 *
 * @module
 */

/** A bounded map of what is set once and never changed; the oldest goes first. */
export class RecentMap<V> {
  readonly #values = new Map<string, V>();
  /** Keys in the order in which they came, round and round. */
  readonly #keys: string[] = [];
  readonly #maxEntries: number;
  #next = 0;

  /** Holds `maxEntries`. */
  constructor(maxEntries: number) {
    this.#maxEntries = Math.max(1, Math.trunc(maxEntries));
  }

  /** The value of `key`; undefined when there is none or it was too long ago. */
  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  /** Sets the value of a new key. */
  add(key: string, value: V): void {
    const oldest = this.#keys[this.#next];
    if (oldest !== undefined) this.#values.delete(oldest);
    this.#keys[this.#next] = key;
    this.#next = (this.#next + 1) % this.#maxEntries;
    this.#values.set(key, value);
  }
}

/** A bounded map whose entries expire; the longest unset goes first. */
export class ExpiringMap<V> {
  readonly #entries = new Map<string, { value: V; atMs: number }>();
  /** The entry that was set last, which is at the end already. */
  #latest: { key: string; value: V; atMs: number } | undefined;
  readonly #maxEntries: number;
  readonly #maxAgeMs: number;

  /** Holds `maxEntries` for `maxAgeMs` each. */
  constructor(options: { maxEntries: number; maxAgeMs: number }) {
    this.#maxEntries = options.maxEntries;
    this.#maxAgeMs = options.maxAgeMs;
  }

  /** Entries held, expired ones included. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value of `key`; undefined when there is none or it is too old. */
  get(key: string, nowMs: number): V | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && nowMs - entry.atMs <= this.#maxAgeMs ? entry.value : undefined;
  }

  /** Sets the value of `key`, which is as young as `nowMs` then. */
  set(key: string, value: V, nowMs: number): void {
    if (this.#maxEntries < 1) return;
    if (this.#latest?.key === key) {
      this.#latest.value = value;
      this.#latest.atMs = nowMs;
      return;
    }
    this.#latest = { key, value, atMs: nowMs };
    this.#entries.delete(key);
    this.#entries.set(key, this.#latest);
    if (this.#entries.size <= this.#maxEntries) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
