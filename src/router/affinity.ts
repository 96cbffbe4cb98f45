/**
 * What the router remembers of its own choices: where a conversation is, and who won last.
 *
 * @module
 */

interface Visit {
  readonly capability: string;
  readonly atMs: number;
}

/** Where each conversation was served last; bounded, oldest out. */
export class SessionMemory {
  readonly #visits = new Map<string, Visit>();
  readonly #maxSessions: number;
  readonly #maxAgeMs: number;

  /** Remembers `maxSessions` conversations for `maxAgeMs` each. */
  constructor(options: { maxSessions: number; maxAgeMs: number }) {
    this.#maxSessions = options.maxSessions;
    this.#maxAgeMs = options.maxAgeMs;
  }

  /** The capability that served `session` last; undefined when there is none or it is too old. */
  get(session: string, nowMs: number): string | undefined {
    const visit = this.#visits.get(session);
    return visit !== undefined && nowMs - visit.atMs <= this.#maxAgeMs
      ? visit.capability
      : undefined;
  }

  /** Notes that `capability` serves `session` now. */
  set(session: string, capability: string, nowMs: number): void {
    if (this.#maxSessions === 0) return;
    this.#visits.delete(session);
    this.#visits.set(session, { capability, atMs: nowMs });
    if (this.#visits.size <= this.#maxSessions) return;
    for (const oldest of this.#visits.keys()) {
      this.#visits.delete(oldest);
      break;
    }
  }
}
