/**
 * Notices that the caller of a request goes away while its answer is still being prepared.
 *
 * Once the answer is handed over, its body's `cancel()` tells, and the request's own signal no longer
 * does: the runtime aborts it at the end of every answer, whole ones included.
 *
 * @module
 */

/** Watches one request until its answer begins. */
export class Departure {
  readonly #controller = new AbortController();
  readonly #watched: AbortSignal;
  readonly #onAbort = () => this.leave(this.#watched.reason);

  /** Watches from now on. */
  constructor(request: Request) {
    this.#watched = request.signal;
    if (this.#watched.aborted) this.#onAbort();
    else this.#watched.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborts when the caller goes away. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The answer begins: from now on only {@linkcode leave} counts. */
  answered(): void {
    this.#watched.removeEventListener("abort", this.#onAbort);
  }

  /** The caller is gone. */
  leave(reason: unknown): void {
    this.#controller.abort(
      reason ?? new DOMException("The caller went away", "AbortError"),
    );
  }
}
