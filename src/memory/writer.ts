/**
 * The single writer: writes that wait together are committed together.
 *
 * @module
 */

import type { Session } from "./database/database.ts";
import type { Change } from "./items/write.ts";

/** A write: what it does in a transaction, and what that changed for the vectors in memory. */
export type WriteWork<T> = (session: Session) => Promise<{ result: T; changes: readonly Change[] }>;

interface Job {
  readonly work: WriteWork<unknown>;
  readonly weight: number;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

/** What the writer needs of its surroundings. */
export interface WriterHost {
  /** Runs `work` in one write transaction that first catches up with other processes. */
  commit<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Takes over what was committed. */
  apply(changes: readonly Change[]): void;
}

// Searches wait while a group is written, so that a group is about 20 ms of work.
const groupWeight = 256;

/** A queue of writes that are committed in groups, in order. */
export class Writer {
  readonly #host: WriterHost;
  readonly #queue: Job[] = [];
  #running: Promise<void> | undefined;

  /** Writes through `host`. */
  constructor(host: WriterHost) {
    this.#host = host;
  }

  /** Resolves when `work` is committed. `weight` is about how many items it writes. */
  write<T>(work: WriteWork<T>, weight = 1): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#queue.push({ work, weight, resolve: resolve as (value: unknown) => void, reject });
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        // Lets requests that have arrived meanwhile join the group, and searches go between.
        await new Promise((resolve) => setTimeout(resolve, 0));
        const group = [this.#queue.shift()!];
        let weight = group[0]!.weight;
        while (this.#queue[0] !== undefined && weight + this.#queue[0].weight <= groupWeight) {
          const job = this.#queue.shift()!;
          weight += job.weight;
          group.push(job);
        }
        await this.#commit(group);
      }
    } finally {
      this.#running = undefined;
    }
  }

  async #commit(group: readonly Job[]): Promise<void> {
    try {
      const outcomes = await this.#host.commit(async (session) => {
        const done = [];
        for (const job of group) done.push(await job.work(session));
        return done;
      });
      this.#host.apply(outcomes.flatMap((outcome) => outcome.changes));
      group.forEach((job, i) => job.resolve(outcomes[i]!.result));
    } catch (error) {
      if (group.length === 1) {
        group[0]!.reject(error);
        return;
      }
      // One of them may be to blame: each gets a transaction, and an error, of its own.
      for (const job of group) await this.#commit([job]);
    }
  }
}
