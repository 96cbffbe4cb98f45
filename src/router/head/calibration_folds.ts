/**
 * Which samples are held out when a head is calibrated.
 *
 * @module
 */

import type { LabelledTexts } from "./linear_fit.ts";
import { seededRandom, shuffle } from "./random.ts";
import { outOfScopeLabel } from "./softmax_trainer.ts";

/** From here on, one split is as good as several folds. */
const manySamples = 3_000;
const foldCount = 3;
/** Of several folds each leaves out this share of the routes, and one split leaves out this share. */
const excludedShare = 0.15;
/** Share of the utterances that a single split holds out. */
const splitShare = 0.12;
/** Below this, there are too few routes to leave one out. */
const fewestRoutes = 4;

/** A division of the samples. */
export interface Fold {
  /** Positions of the samples to learn from and of those to ask about. */
  readonly train: number[];
  readonly test: number[];
  /** Position of each route in the fold's model, or -1. */
  readonly positions: Int32Array;
  /** Routes of the fold's model. */
  readonly classes: number;
}

/**
 * Divides samples: some of each route are asked about, and all of the routes that are left out. Samples
 * from `asked` on are only learned from. The same seed gives the same folds.
 */
export function calibrationFolds(
  data: LabelledTexts,
  options: { classes: number; seed: number; asked: number },
): Fold[] {
  const { classes, asked } = options;
  const random = seededRandom(options.seed);
  const byRoute: number[][] = Array.from({ length: classes }, () => []);
  const others: number[] = [];
  data.labels.subarray(0, asked).forEach((label, i) =>
    (label >= 0 ? byRoute[label]! : others).push(i)
  );
  for (const samples of byRoute) shuffle(samples, random);
  shuffle(others, random);
  const routes = shuffle(Int32Array.from({ length: classes }, (_, i) => i), random);
  const single = asked >= manySamples;
  const smallest = Math.max(2, Math.min(foldCount, ...byRoute.map((samples) => samples.length)));
  const count = single ? 1 : smallest;
  const share = single ? splitShare : 1 / count;
  const excluded = classes < fewestRoutes ? 0 : Math.max(1, Math.round(classes * excludedShare));
  return Array.from({ length: count }, (_, fold) => {
    const positions = new Int32Array(classes);
    for (let e = 0; e < excluded; e++) positions[routes[(fold * excluded + e) % classes]!] = -1;
    let next = 0;
    for (let c = 0; c < classes; c++) if (positions[c] !== -1) positions[c] = next++;
    const result: Fold = { train: [], test: [], positions, classes: next };
    const divide = (samples: readonly number[]) => {
      const from = Math.floor(samples.length * share * fold);
      const to = samples.length < 2 ? 0 : Math.ceil(samples.length * share * (fold + 1));
      samples.forEach((sample, i) =>
        (i >= from && i < to ? result.test : result.train).push(sample)
      );
    };
    for (let c = 0; c < classes; c++) {
      if (positions[c] === -1) result.test.push(...byRoute[c]!);
      else divide(byRoute[c]!);
    }
    divide(others);
    for (let i = asked; i < data.labels.length; i++) {
      if (positions[data.labels[i]!] !== -1) result.train.push(i);
    }
    return result;
  });
}

/** The label of a sample in a fold's model; undefined when the fold can't use it. */
export function foldLabel(label: number, positions: Int32Array): number | undefined {
  if (label === outOfScopeLabel) return label;
  const route = label >= 0 ? label : -2 - label;
  const position = positions[route]!;
  if (label >= 0) return position;
  return position === -1 ? undefined : -2 - position;
}
