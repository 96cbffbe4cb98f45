/**
 * The port to an embedding engine.
 *
 * @module
 */

/** Identity of a vector space: vectors of two different ones can't be compared. */
export interface EmbedderModel {
  /** Model name, such as `all-minilm-l6-v2`. */
  readonly name: string;
  /** Weights' precision, such as `q8`. */
  readonly dtype: string;
  /** Length of a vector. */
  readonly dimensions: number;
  /**
   * Length of a second vector of each text that the engine can give beside the embedding, for learned
   * routes; absent or 0 where it has none.
   */
  readonly viewDimensions?: number;
  /** Longest text in tokens that the model reads at once; longer ones are split and pooled. */
  readonly maxTokens: number;
}

/** Embedded texts. */
export interface EmbedResult {
  /** The space that the vectors are in. */
  readonly model: EmbedderModel;
  /** One unit-length vector a text, in order. */
  readonly vectors: Float32Array[];
  /**
   * Each text's embedding with the second vector, of unit length as well, behind it. Present only where
   * it was asked for and the engine has one.
   */
  readonly features?: Float32Array[];
  /** Tokens read, over all texts (0 for those that came from the cache). */
  readonly tokens: number;
}

/** An embedding engine. All work happens off the event loop. */
export interface Embedder extends AsyncDisposable {
  /** The space that the vectors are in. */
  readonly model: EmbedderModel;
  /** `idle` before the first use, `loading`, `ready`, or `failed` with the reason in `failure`. */
  readonly state: "idle" | "loading" | "ready" | "failed";
  /** Why the engine is `failed`. */
  readonly failure?: string | undefined;
  /** Loads the model ahead of the first use; a no-op when loaded. */
  warm(options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Embeds texts in batches; with `features` also gives the second vectors, where there are such.
   * Throws `embedder_failed`, or the signal's reason.
   */
  embed(
    texts: readonly string[],
    options?: { signal?: AbortSignal; features?: boolean },
  ): Promise<EmbedResult>;
  /** The cached vector of a text, without waiting; undefined when there is none. */
  cached(text: string): Float32Array | undefined;
}
