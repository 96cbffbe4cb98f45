/**
 * The other side of the thread that owns the database.
 *
 * @module
 */

import { AtmosphereError, type Clock } from "../core/mod.ts";
import { toError } from "./error_record.ts";
import type { EngineOperations, EngineOptions, EngineRequest, EngineResponse } from "./protocol.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(reason: unknown): void;
}

type OptionsOf<M extends keyof EngineOperations> = Parameters<EngineOperations[M]>[0];
type ResultOf<M extends keyof EngineOperations> = Awaited<ReturnType<EngineOperations[M]>>;

/** A thread with an open database. */
export class EngineClient implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #closed: unknown = undefined;

  private constructor(worker: Worker, clock: Clock) {
    this.#worker = worker;
    this.#clock = clock;
    worker.onmessage = ({ data }: MessageEvent<EngineResponse>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(
        new AtmosphereError("database_failed", "The thread of the memory has crashed", {
          cause: event.error ?? event.message,
          hint: "Nothing that was acknowledged is lost; open the memory again",
        }),
      );
    };
  }

  /** Starts a thread and opens the database in it. */
  static async open(options: EngineOptions, clock: Clock): Promise<EngineClient> {
    const code = options.url.startsWith("file:")
      ? new URL("./worker.ts", import.meta.url)
      : new URL("./server_worker.ts", import.meta.url);
    const worker = new Worker(code, { type: "module", name: "atmosphere-memory" });
    const client = new EngineClient(worker, clock);
    try {
      await client.#send({ method: "open", options });
      return client;
    } catch (error) {
      worker.terminate();
      throw error;
    }
  }

  /** Whether it can still be asked; false after a crash of the thread and when disposed. */
  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  #receive(response: EngineResponse): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if ("error" in response) waiting?.reject(toError(response.error));
    else if ("json" in response) waiting?.resolve(JSON.parse(response.json));
    else waiting?.resolve(response.result);
  }

  #fail(reason: unknown): void {
    this.#closed = reason;
    for (const waiting of this.#waiting.values()) waiting.reject(reason);
    this.#waiting.clear();
  }

  #send(
    request: { method: EngineRequest["method"]; options?: unknown },
  ): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, nowMs: this.#clock.now(), ...request });
    });
  }

  /** Runs an operation. An aborted one is not waited for; a write may still be committed. */
  async call<M extends keyof EngineOperations>(
    method: M,
    options: OptionsOf<M>,
    signal?: AbortSignal,
  ): Promise<ResultOf<M>> {
    signal?.throwIfAborted();
    const answer = this.#send({ method, options }) as Promise<ResultOf<M>>;
    if (signal === undefined) return await answer;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([answer, aborted]);
    } finally {
      signal.removeEventListener("abort", onAbort);
      answer.catch(() => {});
    }
  }

  /** Finishes what waits, closes the database and ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed === undefined) {
      try {
        await this.#send({ method: "close" });
      } finally {
        this.#fail(new AtmosphereError("shutting_down", "The memory is closed"));
      }
    }
    this.#worker.terminate();
  }
}
