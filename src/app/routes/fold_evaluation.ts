/**
 * Cross-validation over labelled texts alone, whatever routes there are.
 *
 * @module
 */

import { routeNameOf } from "../../config/mod.ts";
import type { EmbedderModel, RoutesWork } from "../../core/mod.ts";
import {
  crossValidationFolds,
  type LabelledText,
  outOfScope,
  type TrainingSource,
} from "../../router/mod.ts";
import { answerAll, type Answers } from "./evaluation.ts";
import type { TextVectors } from "./text_vectors.ts";
import { headEmbedder, trainingTexts, trainInSlices } from "./training.ts";

/** Routes of labelled texts. */
function sourceOf(rows: readonly LabelledText[]): TrainingSource {
  const groups = Map.groupBy(rows, ({ label }) => label);
  const foreign = groups.get(outOfScope) ?? [];
  groups.delete(outOfScope);
  return {
    routes: [...groups].map(([label, own]) => ({
      name: routeNameOf(label),
      utterances: own.map(({ text }) => text),
    })),
    outOfScope: foreign.map(({ text }) => text),
  };
}

/** Trains once for each fold on the other folds' rows, and answers the fold's own. */
export async function evaluateInFolds(
  rows: readonly LabelledText[],
  options: RoutesWork & {
    readonly folds: number;
    readonly seed: number;
    readonly vectors: TextVectors;
    readonly model: () => EmbedderModel;
  },
): Promise<{ answers: Answers; known: string[] }> {
  const { signal, onProgress, seed } = options;
  const vectorOf = await options.vectors.of(
    trainingTexts(sourceOf(rows), { seed }),
    options,
  );
  const answers: Answers = { rows: [], decisionMs: [] };
  const folds = crossValidationFolds(rows, { folds: options.folds, seed });
  for (const [done, { train, test }] of folds.entries()) {
    onProgress?.({ step: "evaluating", done, total: folds.length });
    const head = await trainInSlices(sourceOf(train.map((i) => rows[i]!)), {
      embedder: headEmbedder(options.model()),
      vectorOf,
      seed,
      ...(signal === undefined ? {} : { signal }),
    });
    await answerAll(head, { rows: test.map((i) => rows[i]!), vectorOf, into: answers, signal });
  }
  onProgress?.({ step: "evaluating", done: folds.length, total: folds.length });
  const known = new Set(rows.map(({ label }) => label));
  known.delete(outOfScope);
  return { answers, known: [...known].map(routeNameOf) };
}
