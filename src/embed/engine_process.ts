/**
 * The worker that runs the engine, as calls with answers.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

type LoadMessage = Extract<ToWorker, { type: "load" }>;
type Loaded = Extract<FromWorker, { type: "loaded" }>;
type Embedded = Extract<FromWorker, { type: "embedded" }>;

/** Longest wait for the run under way when the worker is to end. */
const longestRunMs = 3_000;

/** Options of {@linkcode EngineProcess}. */
export interface EngineProcessOptions {
  /** Called when the worker ends by itself; what waited has been rejected. */
  readonly onCrash: (error: AtmosphereError) => void;
  /** Starts the worker. @default the program's own */
  readonly startWorker?: () => Worker;
}

function startWorker(): Worker {
  // Written out in one place, where the bundler finds and replaces it.
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "embed" });
}

/** One worker. Rejects with `embedder_failed` what it can't answer any more. */
export class EngineProcess {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Embedded>>();
  #loading: PromiseWithResolvers<Loaded> | undefined;
  #isLoaded = false;
  readonly #stopped = Promise.withResolvers<void>();
  #nextId = 0;
  /** Why the worker has ended; undefined while it runs. */
  #ended: AtmosphereError | undefined;

  /** Starts the worker, which loads nothing yet. */
  constructor(options: EngineProcessOptions) {
    this.#worker = (options.startWorker ?? startWorker)();
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault(); // Otherwise the whole process ends with the worker.
      const error = new AtmosphereError(
        "embedder_failed",
        `The embedding engine stopped: ${event.message}`,
      );
      this.#worker.terminate();
      this.#rejectAll(error);
      this.#stopped.resolve();
      options.onCrash(error);
    };
  }

  /** Loads the model. */
  load(message: Omit<LoadMessage, "type">): Promise<Loaded> {
    this.#loading = Promise.withResolvers();
    this.#send({ type: "load", ...message });
    return this.#loading.promise;
  }

  /** Embeds texts. When `signal` aborts, they are called off and its reason is thrown at once. */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Embedded> {
    signal?.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#nextId++;
    const answer = Promise.withResolvers<Embedded>();
    this.#waiting.set(id, answer);
    this.#send({ type: "embed", id, texts });
    const onAbort = () => {
      this.#take(id)?.reject(signal?.reason);
      this.#send({ type: "cancel", id });
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await answer.promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /**
   * Rejects what waits at once, and ends the worker as soon as the run under way is done: to take
   * the memory from under a run has the engine print errors about it.
   */
  async stop(): Promise<void> {
    this.#rejectAll(new AtmosphereError("shutting_down", "The embedding engine was stopped"));
    if (this.#isLoaded) {
      const timer = setTimeout(() => this.#stopped.resolve(), longestRunMs);
      this.#send({ type: "stop" });
      await this.#stopped.promise;
      clearTimeout(timer);
    }
    this.#worker.terminate();
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "loaded":
        this.#isLoaded = true;
        this.#loading?.resolve(message);
        break;
      case "stopped":
        this.#stopped.resolve();
        break;
      case "failed":
        this.#worker.terminate();
        this.#loading?.reject(
          new AtmosphereError(
            "embedder_failed",
            `Loading the embedding model failed: ${message.reason}`,
            message.hint === undefined ? {} : { hint: message.hint },
          ),
        );
        break;
      case "embedded":
        this.#take(message.id)?.resolve(message);
        break;
      case "refused":
        this.#take(message.id)?.reject(
          new AtmosphereError("embedder_failed", `Embedding failed: ${message.reason}`),
        );
    }
  }

  #take(id: number): PromiseWithResolvers<Embedded> | undefined {
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    return answer;
  }

  #rejectAll(error: AtmosphereError): void {
    this.#ended = error;
    this.#loading?.reject(error);
    this.#loading?.promise.catch(() => {});
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
