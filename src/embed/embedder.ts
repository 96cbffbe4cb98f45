/**
 * The embedder: a queue in front of the engine's worker, a cache in front of the queue.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import type { Embedder, EmbedderModel, EmbedResult } from "../core/embedder.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { EngineProcess } from "./engine_process.ts";
import { bundledModel } from "./prepare_model.ts";
import type { ResolvedModel } from "./resolve_model.ts";
import { VectorCache } from "./vector_cache.ts";

/** Texts handed to the worker at once: what waits behind them can still be called off. */
const batchTexts = 32;
/** Characters handed to the worker at once, so that one caller's book does not hold up the rest. */
const batchChars = 65_536;

/** Options of {@linkcode createEmbedder}. */
export interface EmbedderOptions {
  /** Finds the model's files; called when the engine is first needed. */
  readonly resolve: () => Promise<ResolvedModel>;
  /** Name of the model. @default "all-minilm-l6-v2" */
  readonly model?: string;
  /** Threads of the engine. */
  readonly threads: number;
  /** Vectors kept in memory. */
  readonly cacheEntries: number;
  /** Longest sequence of a model that does not say. @default 512 */
  readonly maxTokens?: number;
  readonly logger?: Logger;
}

/** Makes an embedder that loads its model when it is first used. */
export function createEmbedder(options: EmbedderOptions): Embedder {
  return new WorkerEmbedder(options);
}

interface Job {
  readonly text: string;
  readonly done: (vector: Float32Array, tokens: number) => void;
  readonly failed: (error: unknown) => void;
  /** Set when nobody waits any more. */
  abandoned: boolean;
}

class WorkerEmbedder implements Embedder {
  readonly #options: EmbedderOptions;
  readonly #cache: VectorCache;
  readonly #logger: Logger;
  #queue: Job[] = [];
  #engine: EngineProcess | undefined;
  #starting: Promise<EngineProcess> | undefined;
  #isPumping = false;
  #isDisposed = false;
  #model: EmbedderModel;
  #state: Embedder["state"] = "idle";
  #failure: string | undefined;

  constructor(options: EmbedderOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#cache = new VectorCache(options.cacheEntries);
    const name = options.model ?? bundledModel.name;
    this.#model = name === bundledModel.name
      ? bundledModel
      // What the hub's model has is known once it is loaded.
      : { name, dtype: "q8", dimensions: 0, maxTokens: options.maxTokens ?? 512 };
  }

  get model(): EmbedderModel {
    return this.#model;
  }

  get state(): Embedder["state"] {
    return this.#state;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  cached(text: string): Float32Array | undefined {
    return this.#cache.get(text);
  }

  async warm(options: { signal?: AbortSignal } = {}): Promise<void> {
    await abortable(this.#start(), options.signal);
  }

  async embed(
    texts: readonly string[],
    options: { signal?: AbortSignal } = {},
  ): Promise<EmbedResult> {
    const { signal } = options;
    signal?.throwIfAborted();
    const vectors = new Array<Float32Array>(texts.length);
    let tokens = 0;
    const jobs: Job[] = [];
    const waits: Promise<void>[] = [];
    const byText = new Map<string, number>();
    texts.forEach((text, index) => {
      const known = this.#cache.get(text);
      const twin = byText.get(text);
      if (known !== undefined) vectors[index] = known;
      else if (twin === undefined) {
        byText.set(text, index);
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        waits.push(promise);
        jobs.push({
          text,
          abandoned: false,
          done: (vector, count) => {
            vectors[index] = vector;
            tokens += count;
            resolve();
          },
          failed: reject,
        });
      }
    });
    if (jobs.length > 0) {
      this.#queue.push(...jobs);
      void this.#pump();
      try {
        await abortable(Promise.all(waits), signal);
      } finally {
        for (const job of jobs) job.abandoned = true;
        for (const wait of waits) wait.catch(() => {}); // Reported once, by the first that failed.
      }
    }
    texts.forEach((text, index) => {
      const twin = byText.get(text);
      if (vectors[index] === undefined && twin !== undefined) vectors[index] = vectors[twin]!;
    });
    return { model: this.#model, vectors, tokens };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#engine?.terminate();
    this.#engine = undefined;
    this.#failQueue(disposed());
    await this.#starting?.catch(() => {});
  }

  /** The running engine; starts it, and starts it anew after a crash. */
  #start(): Promise<EngineProcess> {
    if (this.#isDisposed) return Promise.reject(disposed());
    this.#starting ??= this.#launch().catch((error) => {
      this.#starting = undefined; // The next call tries again: the cause may be mended by then.
      this.#state = "failed";
      this.#failure = error instanceof Error ? error.message : String(error);
      throw error;
    });
    return this.#starting;
  }

  async #launch(): Promise<EngineProcess> {
    this.#state = "loading";
    const startMs = performance.now();
    const { directory, hubName } = await this.#options.resolve();
    if (this.#isDisposed) throw disposed();
    const engine = new EngineProcess({
      onCrash: (error) => {
        this.#engine = undefined;
        this.#starting = undefined;
        this.#state = "failed";
        this.#failure = error.message;
        this.#logger.warn("The embedding engine stopped", { error });
      },
    });
    this.#engine = engine;
    const { dimensions, maxTokens } = await engine.load({
      directory,
      hubName,
      threads: this.#options.threads,
      maxTokens: this.#model.maxTokens,
    });
    this.#model = { ...this.#model, dimensions, maxTokens };
    this.#state = "ready";
    this.#failure = undefined;
    this.#logger.debug("The embedding model is loaded", {
      model: this.#model.name,
      ms: Math.round(performance.now() - startMs),
    });
    return engine;
  }

  /** Feeds the worker one batch after the other; what queues meanwhile forms the next. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#queue.length > 0) {
        const engine = await this.#start();
        const batch = this.#nextBatch();
        if (batch.length > 0) await this.#runBatch(engine, batch);
      }
    } catch (error) {
      this.#failQueue(error);
    } finally {
      this.#isPumping = false;
    }
  }

  #nextBatch(): Job[] {
    this.#queue = this.#queue.filter((job) => !job.abandoned);
    let chars = 0;
    let count = 0;
    for (const { text } of this.#queue) {
      chars += text.length;
      if (count > 0 && (count === batchTexts || chars > batchChars)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #runBatch(engine: EngineProcess, batch: readonly Job[]): Promise<void> {
    try {
      const { vectors, tokens } = await engine.embed(batch.map(({ text }) => text));
      const { dimensions } = this.#model;
      batch.forEach((job, i) => {
        const vector = vectors.slice(i * dimensions, (i + 1) * dimensions);
        this.#cache.set(job.text, vector);
        job.done(vector, tokens[i] ?? 0);
      });
    } catch (error) {
      for (const job of batch) job.failed(error);
    }
  }

  #failQueue(error: unknown): void {
    for (const job of this.#queue.splice(0)) job.failed(error);
  }
}

function disposed(): AtmosphereError {
  return new AtmosphereError("shutting_down", "The embedding engine was stopped");
}

/** Settles as `promise` does, or rejects with the signal's reason before that. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() =>
    signal.removeEventListener("abort", onAbort)
  );
}
