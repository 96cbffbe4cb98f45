/**
 * Notices that the caller of a request goes away while its answer is still being prepared.
 *
 * Two habits of the runtime shape this. A request's own signal is aborted at the end of every answer,
 * whole ones included, so it counts only until the answer begins; from then on the body's `cancel()` tells.
 * And a signal that was once looked at costs more than all the rest of a quick request, so only those
 * requests are watched that have been waiting for a moment.
 *
 * @module
 */

import { type Deadline, Deadlines } from "../core/mod.ts";

/** Wait after which a request's own signal is looked at, in milliseconds. */
const patienceMs = 20;

/** The requests of one server whose answers are being prepared. */
export class DepartureWatch {
  readonly #deadlines: Deadlines;

  /** Does no I/O. Takes limits that are shared with others, or makes its own. */
  constructor(deadlines: Deadlines = new Deadlines()) {
    this.#deadlines = deadlines;
  }

  /** Watches `request` until {@linkcode Departure.answered}. */
  watch(request: Request): Departure {
    return new Departure(request, this.#deadlines);
  }
}

/** One request whose caller may go away. */
export class Departure {
  readonly #controller = new AbortController();
  readonly #request: Request;
  readonly #patience: Deadline;
  #watched: AbortSignal | undefined;
  readonly #onAbort = () => this.leave(this.#watched?.reason);

  /** Made by {@linkcode DepartureWatch.watch}. */
  constructor(request: Request, deadlines: Deadlines) {
    this.#request = request;
    this.#patience = deadlines.after(patienceMs, () => this.#look());
  }

  /** Aborts when the caller goes away. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Hears from now on whether the caller goes, and at once when it is gone already. */
  #look(): void {
    this.#watched = this.#request.signal;
    if (this.#watched.aborted) this.#onAbort();
    else this.#watched.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** The answer begins: from now on only {@linkcode leave} counts. */
  answered(): void {
    this.#patience.cancel();
    this.#watched?.removeEventListener("abort", this.#onAbort);
  }

  /** The caller is gone. */
  leave(reason: unknown): void {
    this.#controller.abort(reason ?? new DOMException("The caller went away", "AbortError"));
  }
}
