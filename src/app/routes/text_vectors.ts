/**
 * Vectors of many texts, each with the embedder's second vector behind it where it has one: from the store on disk, the rest from the embedder.
 *
 * @module
 */

import type { Embedder, RoutesWork } from "../../core/mod.ts";
import type { VectorStore } from "./vector_store.ts";

/** Texts that are embedded and kept together. */
const batchSize = 512;

/** Looks vectors up, and makes the ones that are missing. */
export class TextVectors {
  readonly #embedder: Embedder;
  readonly #directory: string;
  #store: VectorStore | undefined;

  /** Keeps vectors below `directory`. Does no I/O. */
  constructor(embedder: Embedder, directory: string) {
    this.#embedder = embedder;
    this.#directory = directory;
  }

  /**
   * The vector of each of `texts`, as a look-up. Throws `embedder_failed` when one is missing and
   * there is no engine, or the signal's reason.
   */
  async of(
    texts: Iterable<string>,
    work: RoutesWork = {},
  ): Promise<(text: string) => Float32Array | undefined> {
    const { signal, onProgress } = work;
    const store = await this.#open(signal);
    const all = new Set(texts);
    const missing = [...all].filter((text) => store.get(text) === undefined);
    let done = all.size - missing.length;
    for (let first = 0; first < missing.length; first += batchSize) {
      onProgress?.({ step: "embedding", done, total: all.size });
      const batch = missing.slice(first, first + batchSize);
      const { features, vectors } = await this.#embedder.embed(batch, {
        features: true,
        ...(signal === undefined ? {} : { signal }),
      });
      await store.add(batch, features ?? vectors);
      done += batch.length;
    }
    if (missing.length > 0) onProgress?.({ step: "embedding", done, total: all.size });
    return (text) => store.get(text);
  }

  /** The store of the embedder's space, which an unusual model tells only once it is loaded. */
  async #open(signal: AbortSignal | undefined): Promise<VectorStore> {
    if (this.#embedder.model.dimensions === 0) {
      await this.#embedder.warm(signal === undefined ? {} : { signal });
    }
    if (this.#store === undefined) {
      // What it hashes with is slow to import, and most starts need no vectors from disk.
      const { VectorStore } = await import("./vector_store.ts");
      this.#store = await VectorStore.open(this.#directory, this.#embedder.model);
    }
    return this.#store;
  }
}
