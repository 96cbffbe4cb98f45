/**
 * Whether the embedding engine gives the vectors that its model should give.
 *
 * @module
 */

import type { NodeApi } from "../../core/node_api.ts";
import { cosineOf } from "../cosine.ts";
import { type Finding, fromError } from "./finding.ts";

/** Two texts and how alike the model's original weights find them. */
export interface KnownPair {
  readonly texts: readonly [string, string];
  readonly cosine: number;
}

/**
 * From all-MiniLM-L6-v2 in single precision, mean pooled and normalised. A wrong tokeniser, pooling
 * or file of weights moves these by far more than quantisation does.
 */
export const knownPairs: readonly KnownPair[] = [
  { texts: ["A cat sits on the mat", "A kitten is resting on the rug"], cosine: 0.6496 },
  {
    texts: ["How do I sort a list in Python?", "Sorting an array of numbers in ascending order"],
    cosine: 0.5076,
  },
  {
    texts: ["The stock market fell sharply today", "Preheat the oven to 180 degrees"],
    cosine: 0.0434,
  },
  {
    texts: ["Übersetze diesen Satz ins Englische", "Translate this sentence into English"],
    cosine: 0.2806,
  },
];

/** How far an 8-bit model may be from the original. */
const toleratedDifference = 0.05;

/** Embeds known pairs and compares. Speaks of the default model only; others have no known pairs. */
export async function checkEngine(
  node: NodeApi,
  options: { readonly signal: AbortSignal; readonly pairs?: readonly KnownPair[] },
): Promise<Finding> {
  const check = { id: "embedding", title: "Embedding model" };
  const pairs = options.pairs ?? knownPairs;
  try {
    const startMs = performance.now();
    const { model, vectors } = await node.embed(pairs.flatMap(({ texts }) => texts), {
      signal: options.signal,
    });
    const tookMs = Math.round(performance.now() - startMs);
    const name = `${model.name}, ${model.dimensions} dimensions`;
    if (model.name !== "all-minilm-l6-v2") {
      const found = `${name}, answers in ${tookMs} ms; there are no known vectors to compare with`;
      return { ...check, verdict: "ok", found };
    }
    const worst = Math.max(...pairs.map(({ cosine }, i) => {
      const difference = Math.abs(
        cosineOf(vectors[2 * i] ?? [], vectors[2 * i + 1] ?? []) - cosine,
      );
      return Number.isFinite(difference) ? difference : Infinity;
    }));
    if (worst <= toleratedDifference) {
      const found = `${name}, right to ${worst.toFixed(3)} in ${tookMs} ms`;
      return { ...check, verdict: "ok", found };
    }
    return {
      ...check,
      verdict: "broken",
      found: `${name}, gives wrong vectors: a known cosine is off by ${worst.toFixed(3)}`,
      mend: "The model's files are damaged: delete models/ in the data directory, or install again",
    };
  } catch (error) {
    options.signal.throwIfAborted();
    return fromError(check, error);
  }
}
