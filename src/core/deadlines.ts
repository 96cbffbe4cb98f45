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
  /** Has it reached `ms` milliseconds from now instead, unless it is over. */
  restart(ms: number): void;
  /** Has it not reached before it is restarted. */
  hold(): void;
}

/** Limits of seconds and minutes, such as those of requests. Each may be {@linkcode tickMs} late. */
export class Deadlines {
  /**
   * The one link of a ring that is no limit. Not a `Set`: one that entries come to and leave all the
   * time is copied again and again, and its old copies, long-lived as they are, keep what was once
   * in them (whole requests, by what they call back) from the cheap kind of garbage collection.
   */
  readonly #ends = new Link();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `onReached` once, `ms` milliseconds from now, unless the result is cancelled before. */
  after(ms: number, onReached: () => void): Deadline {
    const entry = new Entry(this.#forget, { atMs: performance.now() + ms, onReached });
    entry.insertBefore(this.#ends);
    this.#timer ??= setTimeout(this.#look, Math.min(ms, tickMs));
    return entry;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const nowMs = performance.now();
    const reached: Entry[] = [];
    for (let at = this.#ends.next; at instanceof Entry; at = at.next) {
      if (at.atMs <= nowMs) reached.push(at);
    }
    for (const entry of reached) {
      // One of those before may have called it off.
      if (entry.next === entry) continue;
      entry.unlink();
      entry.onReached();
    }
    if (this.#ends.next !== this.#ends) this.#timer ??= setTimeout(this.#look, tickMs);
  };

  readonly #forget = (): void => {
    if (this.#ends.next !== this.#ends) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  };
}

/** A place in a ring; alone it is a ring of its own. */
class Link {
  next: Link = this;
  previous: Link = this;

  insertBefore(other: Link): void {
    this.next = other;
    this.previous = other.previous;
    other.previous.next = this;
    other.previous = this;
  }

  unlink(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.next = this;
    this.previous = this;
  }
}

class Entry extends Link implements Deadline {
  atMs: number;
  readonly onReached: () => void;
  readonly #forget: () => void;

  constructor(
    forget: () => void,
    limit: { readonly atMs: number; readonly onReached: () => void },
  ) {
    super();
    this.#forget = forget;
    this.atMs = limit.atMs;
    this.onReached = limit.onReached;
  }

  cancel(): void {
    this.unlink();
    this.#forget();
  }

  restart(ms: number): void {
    this.atMs = performance.now() + ms;
  }

  hold(): void {
    this.atMs = Infinity;
  }
}
