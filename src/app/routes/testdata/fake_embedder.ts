/**
 * An embedder for tests: texts that share words are alike. It counts what it is asked for.
 *
 * @module
 */

import type { Embedder, EmbedderModel, EmbedResult } from "../../../core/mod.ts";

const dimensions = 32;

/** Embeds by adding up a direction for each word. */
export class FakeEmbedder implements Embedder {
  readonly model: EmbedderModel;
  readonly state = "ready";
  /** Texts that were embedded, in order. */
  readonly asked: string[] = [];

  /** Its vectors are those of the space called `name`; `views` are second ones, the same reversed. */
  constructor(name = "fake", options: { views?: boolean } = {}) {
    const viewDimensions = options.views === true ? dimensions : 0;
    this.model = { name, dtype: "f32", dimensions, viewDimensions, maxTokens: 256 };
  }

  warm(): Promise<void> {
    return Promise.resolve();
  }

  embed(
    texts: readonly string[],
    options: { features?: boolean } = {},
  ): Promise<EmbedResult> {
    this.asked.push(...texts);
    const vectors = texts.map(vectorOf);
    const views = options.features === true && (this.model.viewDimensions ?? 0) > 0;
    return Promise.resolve({
      model: this.model,
      vectors,
      ...(views ? { features: vectors.map(withView) } : {}),
      tokens: 0,
    });
  }

  cached(): Float32Array | undefined {
    return undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

function withView(vector: Float32Array): Float32Array {
  return Float32Array.from([...vector, ...vector.toReversed()]);
}

function vectorOf(text: string): Float32Array {
  const sum = new Float32Array(dimensions);
  for (const word of text.toLowerCase().split(/\W+/)) {
    let state = 17;
    for (const unit of word) state = Math.imul(state ^ unit.codePointAt(0)!, 0x01000193);
    for (let d = 0; d < dimensions; d++) {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + d;
      sum[d]! += ((state >>> 0) % 2001) / 1000 - 1;
    }
  }
  const length = Math.sqrt(sum.reduce((squares, x) => squares + x * x, 0));
  return sum.map((x) => x / length);
}
