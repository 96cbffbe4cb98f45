/**
 * The embedder: a cache in front of the engine's worker, which is started when it is needed.
 *
 * @module
 */

import { abortable } from "../core/abortable.ts";
import { AtmosphereError } from "../core/errors.ts";
import type { Embedder, EmbedderModel, EmbedResult } from "../core/embedder.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { EngineProcess } from "./engine_process.ts";
import type { OnnxRuntime } from "./onnx_runtime.ts";
import { bundledModel } from "./prepare_model.ts";
import type { ResolvedModel } from "./resolve_model.ts";
import { VectorCache } from "./vector_cache.ts";

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
  /** Which build of ONNX Runtime runs the model; `auto` prefers the native one. @default "auto" */
  readonly runtime?: "auto" | OnnxRuntime;
  /** Starts the worker that runs the engine. @default the program's own */
  readonly startWorker?: () => Worker;
  /** Called whenever the model has been loaded, with the milliseconds that it took. */
  readonly onLoaded?: (loadMs: number) => void;
}

/** Texts whose second vectors are remembered as well: only what is routed needs them. */
const mostFeatureEntries = 1_024;

/** Makes an embedder that loads its model when it is first used. */
export function createEmbedder(options: EmbedderOptions): Embedder {
  return new WorkerEmbedder(options);
}

class WorkerEmbedder implements Embedder {
  readonly #options: EmbedderOptions;
  readonly #cache: VectorCache;
  readonly #features: VectorCache;
  readonly #logger: Logger;
  #engine: EngineProcess | undefined;
  #starting: Promise<EngineProcess> | undefined;
  #isDisposed = false;
  #model: EmbedderModel;
  #state: Embedder["state"] = "idle";
  #failure: string | undefined;

  constructor(options: EmbedderOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#cache = new VectorCache(options.cacheEntries);
    this.#features = new VectorCache(Math.min(mostFeatureEntries, options.cacheEntries));
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
    options: { signal?: AbortSignal; features?: boolean } = {},
  ): Promise<EmbedResult> {
    const { signal, features: wanted = false } = options;
    signal?.throwIfAborted();
    const cache = wanted && this.#viewDimensions > 0 ? this.#features : this.#cache;
    const rows = texts.map((text) => cache.get(text));
    const places = new Map<string, number[]>();
    rows.forEach((row, index) => {
      if (row !== undefined) return;
      const text = texts[index] ?? "";
      const known = places.get(text);
      if (known === undefined) places.set(text, [index]);
      else known.push(index);
    });
    const missing = [...places.keys()];
    let tokens = 0;
    if (missing.length > 0) {
      const engine = await abortable(this.#start(), signal);
      const answer = await engine.embed(missing, signal);
      tokens = answer.tokens;
      const { dimensions } = this.#model;
      const width = dimensions + this.#viewDimensions;
      missing.forEach((text, i) => {
        const row = answer.vectors.subarray(i * width, (i + 1) * width);
        this.#cache.set(text, row.subarray(0, dimensions));
        if (wanted) this.#features.set(text, row);
        // Each place gets a vector of its own, which its caller may change.
        for (const index of places.get(text) ?? []) {
          rows[index] = wanted ? row.slice() : row.slice(0, dimensions);
        }
      });
    }
    const found = rows as Float32Array[];
    if (!wanted || this.#viewDimensions === 0) {
      return { model: this.#model, vectors: found, tokens };
    }
    const { dimensions } = this.#model;
    return {
      model: this.#model,
      vectors: found.map((row) => row.slice(0, dimensions)),
      features: found,
      tokens,
    };
  }

  get #viewDimensions(): number {
    return this.#model.viewDimensions ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.stop();
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
      ...(this.#options.startWorker === undefined
        ? {}
        : { startWorker: this.#options.startWorker }),
    });
    this.#engine = engine;
    const { dimensions, viewDimensions, maxTokens, runtime, nativeFailure } = await engine.load({
      directory,
      hubName,
      threads: this.#options.threads,
      maxTokens: this.#model.maxTokens,
      runtime: this.#options.runtime ?? "auto",
    });
    if (nativeFailure !== undefined) {
      this.#logger.info("Embeddings run on WebAssembly, several times slower than natively", {
        reason: nativeFailure,
      });
    }
    this.#model = {
      ...this.#model,
      dimensions,
      maxTokens,
      viewDimensions,
    };
    this.#state = "ready";
    this.#failure = undefined;
    const loadMs = Math.round(performance.now() - startMs);
    this.#logger.debug("The embedding model is loaded", {
      model: this.#model.name,
      runtime,
      ms: loadMs,
    });
    this.#options.onLoaded?.(loadMs);
    return engine;
  }
}

function disposed(): AtmosphereError {
  return new AtmosphereError("shutting_down", "The embedding engine was stopped");
}
