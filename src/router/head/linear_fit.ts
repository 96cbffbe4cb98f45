/**
 * From texts and vectors to the parts that logits come from.
 *
 * @module
 */

import { quantizeInt16, quantizeInt8 } from "./quantize.ts";
import type { LinearParts } from "./scorer.ts";
import { type SparseRows, type TrainerSettings, trainSoftmax } from "./softmax_trainer.ts";
import { buildVocabulary, type Vocabulary, yieldEvery } from "./vocabulary.ts";

/** Texts with their vectors and labels. */
export interface LabelledTexts {
  readonly texts: readonly string[];
  /** One a text; empty where there is no embedder. */
  readonly vectors: readonly Float32Array[];
  readonly labels: Int32Array;
}

/** Gradient steps that few and many samples alike are given. */
const usualSteps = 1_000;
const fewestEpochs = 6;
const mostEpochs = 30;
/** With fewer samples than this, four fifths of that tell as much, and a few routes are there at once. */
const fewSamples = 400;
const mostEpochsOfFew = 24;
/** From here on, batches are larger. */
const manySamples = 4_000;
/** Utterances a route below which a single text's n-grams count. */
const fewUtterances = 4;
/** Numbers in the table of n-grams; bounds memory while training (4 bytes each). */
const mostSparseNumbers = 16_000_000;
const mostGrams = 60_000;

/** How to learn from `count` samples. */
export function settingsFor(count: number): TrainerSettings {
  const many = count >= manySamples;
  const batch = many ? 64 : 32;
  const epochs = Math.round(usualSteps * batch / Math.max(1, count));
  const most = count < fewSamples ? mostEpochsOfFew : mostEpochs;
  return {
    batch,
    epochs: Math.max(fewestEpochs, Math.min(most, epochs)),
    denseStep: 0.003,
    denseDecay: 1,
    sparseStep: 0.35,
  };
}

function* sparseRows(
  texts: readonly string[],
  vocabulary: Vocabulary,
): Generator<void, SparseRows> {
  const offsets = new Int32Array(texts.length + 1);
  let indexes = new Int32Array(texts.length * 64 + 1_024);
  let values = new Float32Array(indexes.length);
  let end = 0;
  for (const [i, text] of texts.entries()) {
    const { rows, values: own, count } = vocabulary.read(text);
    if (end + count > indexes.length) {
      const grown = new Int32Array(indexes.length * 2 + count);
      grown.set(indexes);
      indexes = grown;
      const grownValues = new Float32Array(grown.length);
      grownValues.set(values);
      values = grownValues;
    }
    indexes.set(rows.subarray(0, count), end);
    values.set(own.subarray(0, count), end);
    end += count;
    offsets[i + 1] = end;
    if (i % yieldEvery === yieldEvery - 1) yield;
  }
  return { offsets, indexes: indexes.subarray(0, end), values: values.subarray(0, end) };
}

/** Trains the linear part on `data`. `dimensions` is 0 where there are no vectors. Yields now and then. */
export function* fitLinear(data: LabelledTexts, options: {
  readonly classes: number;
  readonly dimensions: number;
  readonly inputScale: number;
  readonly seed: number;
}): Generator<void, LinearParts> {
  const { classes, dimensions, inputScale } = options;
  const vocabulary = yield* buildVocabulary(data.texts, {
    least: data.texts.length < fewUtterances * classes ? 1 : 2,
    most: Math.min(mostGrams, Math.floor(mostSparseNumbers / Math.max(8, classes))),
  });
  const vectors = dimensions === 0 ? data.texts.map(() => new Float32Array(0)) : data.vectors;
  const sparse = yield* sparseRows(data.texts, vocabulary);
  const model = yield* trainSoftmax(
    { vectors, sparse, labels: data.labels },
    {
      classes,
      dimensions,
      inputScale,
      rows: vocabulary.size,
      settings: settingsFor(data.texts.length),
      seed: options.seed,
    },
  );
  const textBias = model.bias.slice(0, classes);
  for (let d = 0; d < dimensions; d++) {
    let mean = 0;
    for (const vector of vectors) mean += vector[d]! / vectors.length;
    for (let c = 0; c < classes; c++) textBias[c]! += mean * model.dense[d * model.stride + c]!;
  }
  const table = { columns: classes, stride: model.stride };
  return {
    bias: model.bias.slice(0, classes),
    textBias,
    dense: quantizeInt16({ ...table, values: model.dense, rows: dimensions }),
    grams: vocabulary.hashes,
    gramWeights: vocabulary.weights,
    sparse: quantizeInt8({ ...table, values: model.sparse, rows: vocabulary.size }),
  };
}
