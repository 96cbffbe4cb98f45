/**
 * Time as a dependency, so that tests need no sleeps.
 *
 * @module
 */

/** A source of time. */
export interface Clock {
  /** Milliseconds since the epoch, as `Date.now()`. */
  now(): number;
  /** Monotonic milliseconds, as `performance.now()`. */
  monotonic(): number;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** A clock that moves only when told to, for tests. */
export class ManualClock implements Clock {
  #ms: number;

  /** Starts at `startMs`. */
  constructor(startMs = 0) {
    this.#ms = startMs;
  }

  /** Milliseconds as last set. */
  now(): number {
    return this.#ms;
  }

  /** The same milliseconds. */
  monotonic(): number {
    return this.#ms;
  }

  /** Moves time forward. */
  advance(ms: number): void {
    this.#ms += ms;
  }
}
