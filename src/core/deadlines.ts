/**
 * Time limits that are hardly ever reached, at next to no cost.
 *
 * A timer of the runtime takes about 4 us to set and clear, which a quick request would pay several
 * times over. Here all limits share one timer, which runs only while there is a limit.
 *
 * @module
 */

/** Longest delay of a limit beyond its time, in milliseconds. */
const tickMs = 50;

/** A limit that can be called off. */
export interface Deadline {
  /** Calls it off; does nothing when it was reached or called off before. */
  cancel(): void;
}

/** Limits of seconds and minutes, such as those of requests. Each may be {@linkcode tickMs} late. */
export class Deadlines {
  readonly #entries = new Set<Entry>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `onReached` once, `ms` milliseconds from now, unless the result is cancelled before. */
  after(ms: number, onReached: () => void): Deadline {
    const entry = new Entry(this.#forget, { atMs: performance.now() + ms, onReached });
    this.#entries.add(entry);
    this.#timer ??= setTimeout(this.#look, Math.min(ms, tickMs));
    return entry;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const entry of this.#entries) {
      if (entry.atMs > nowMs) continue;
      this.#entries.delete(entry);
      entry.onReached();
    }
    if (this.#entries.size > 0) this.#timer ??= setTimeout(this.#look, tickMs);
  };

  readonly #forget = (entry: Entry): void => {
    this.#entries.delete(entry);
    if (this.#entries.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  };
}

class Entry implements Deadline {
  readonly atMs: number;
  readonly onReached: () => void;
  readonly #forget: (entry: Entry) => void;

  constructor(
    forget: (entry: Entry) => void,
    limit: { readonly atMs: number; readonly onReached: () => void },
  ) {
    this.#forget = forget;
    this.atMs = limit.atMs;
    this.onReached = limit.onReached;
  }

  cancel(): void {
    this.#forget(this);
  }
}
