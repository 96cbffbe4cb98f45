/**
 * Calibration on held-out samples: temperature, the gate, and what they achieve.
 *
 * Each fold holds out a part of the utterances of most routes, and all utterances of the other
 * routes: to a model that never saw those routes, their utterances are foreign texts.
 *
 * @module
 */

import { calibrationFolds, type Fold, foldLabel } from "./calibration_folds.ts";
import {
  type CalibrationSample,
  fitGate,
  fitTemperature,
  type Gate,
  logSumExp,
  passes,
  type Signals,
} from "./gate.ts";
import { fitLinear, type LabelledTexts } from "./linear_fit.ts";
import {
  applyNearness,
  fitNearness,
  NearnessIndex,
  nearRoutes,
  type Neighbours,
} from "./nearness.ts";
import { buildPrototypes } from "./prototypes.ts";
import { LinearScorer } from "./scorer.ts";
import { outOfScopeLabel } from "./softmax_trainer.ts";
import type { Calibration, HeadMetrics } from "./types.ts";
import { yieldEvery } from "./vocabulary.ts";

/** Utterances of one route that a head keeps as vectors. */
export const mostPrototypes = 24;
/**
 * Most that nearness counts, for each utterance a route: with few, what is held out is missing so much
 * that the rest looks poorer than the whole will be.
 */
const nearnessPerUtterance = 0.1;
/** Held-out utterances below which nothing is fitted. */
const fewestHeldOut = 8;
/**
 * What foreign texts of each origin weigh, of all held-out utterances together. Utterances of routes
 * that were left out are the hardest kind, and likelier than real foreign texts to be near a route.
 */
export const foreignShares: { excluded: number; background: number; given: number } = {
  excluded: 0.02,
  background: 0.15,
  given: 0.1,
};

/**
 * Without a measurement: likeness decides, even at a cosine that paraphrases usually have. The
 * temperature and what nearness counts are what two or three utterances a route usually come to.
 */
export const usualCalibration: Calibration = {
  temperature: 0.5,
  nearness: 0.2,
  gate: { bias: -4.5, weights: [0, 0, 12] },
};

/** Where likeness can't be known, everything is let through. */
const usualTextCalibration: Calibration = {
  temperature: 1,
  nearness: 0,
  gate: { bias: 2, weights: [0, 0, 0] },
};

/** A held-out text with what the fold's model said about it. */
interface Observation {
  /** Nearness is added once its weight is known. */
  readonly logits: Float32Array;
  readonly energy: number;
  readonly near: Neighbours | undefined;
  /** The route's position in the fold, or -1 for a foreign text. */
  readonly label: number;
  readonly origin: keyof typeof foreignShares | "utterance";
}

function* observe(
  data: LabelledTexts,
  fold: Fold,
  options: {
    dimensions: number;
    inputScale: number;
    seed: number;
    background: BackgroundTexts;
    asked: number;
  },
): Generator<void, { withVector: Observation[]; withoutVector: Observation[] }> {
  const { dimensions, inputScale, seed } = options;
  const kept = fold.train.flatMap((i) => {
    const label = foldLabel(data.labels[i]!, fold.positions);
    return label === undefined ? [] : [{ i, label }];
  });
  const parts = yield* fitLinear({
    texts: kept.map(({ i }) => data.texts[i]!),
    vectors: dimensions === 0 ? [] : kept.map(({ i }) => data.vectors[i]!),
    labels: Int32Array.from(kept, ({ label }) => label),
  }, { classes: fold.classes, dimensions, inputScale, seed });
  const routes = Array.from({ length: fold.classes }, () => ({
    texts: [] as string[],
    vectors: [] as Float32Array[],
  }));
  if (dimensions > 0) {
    for (const { i, label } of kept) {
      if (label < 0 || i >= options.asked) continue;
      routes[label]!.texts.push(data.texts[i]!);
      routes[label]!.vectors.push(data.vectors[i]!);
    }
  }
  const prototypes = yield* buildPrototypes(routes, { dimensions, most: mostPrototypes });
  const scorer = new LinearScorer(parts);
  const index = new NearnessIndex(prototypes);
  const withVector: Observation[] = [];
  const withoutVector: Observation[] = [];
  const note = (
    vector: Float32Array | undefined,
    known: Pick<Observation, "label" | "origin">,
  ): Observation => {
    const logits = scorer.logits.slice();
    const near = vector === undefined
      ? undefined
      : index.neighbours(scorer.best(nearRoutes), vector);
    return { logits, energy: logSumExp(logits, 1), near, ...known };
  };
  const look = (
    text: string,
    vector: Float32Array | undefined,
    known: Pick<Observation, "label" | "origin">,
  ): void => {
    scorer.score(text, undefined);
    withoutVector.push(note(undefined, known));
    if (vector === undefined) return;
    scorer.scoreAgain(vector);
    withVector.push(note(vector, known));
  };
  for (const [n, i] of fold.test.entries()) {
    if (n % yieldEvery === 0) yield;
    const label = foldLabel(data.labels[i]!, fold.positions) ?? -2;
    if (label < outOfScopeLabel) continue;
    const origin = label >= 0 ? "utterance" : data.labels[i]! >= 0 ? "excluded" : "given";
    look(data.texts[i]!, data.vectors[i], { label, origin });
  }
  for (const [i, text] of options.background.texts.entries()) {
    look(text, options.background.vectors[i], { label: -1, origin: "background" });
  }
  return { withVector, withoutVector };
}

function bestOf(logits: Float32Array): number {
  let best = 0;
  for (let c = 1; c < logits.length; c++) if (logits[c]! > logits[best]!) best = c;
  return best;
}

function signals({ logits, energy, near }: Observation, temperature: number): Signals {
  const inverse = 1 / temperature;
  const confidence = logits[bestOf(logits)]! * inverse - logSumExp(logits, inverse);
  return [energy, confidence, near?.likeness ?? 0];
}

/** Fits all of a calibration, and adds nearness to the logits of the observations. */
function fit(
  observations: readonly Observation[],
  options: { usual: Calibration; mostNearness: number },
): Calibration {
  const { usual, mostNearness } = options;
  const inScope = observations.filter(({ label }) => label >= 0);
  const few = inScope.length < fewestHeldOut;
  const near = inScope.flatMap(({ near, ...rest }) =>
    near === undefined ? [] : [{ near, ...rest }]
  );
  const nearness = Math.min(
    mostNearness,
    few ? usual.nearness : near.length === 0 ? 0 : fitNearness(near),
  );
  for (const { logits, near } of observations) {
    if (near !== undefined) applyNearness(logits, near, nearness);
  }
  if (few) return { ...usual, nearness };
  const samples: CalibrationSample[] = inScope.map(({ logits, label }) => ({ logits, label }));
  const temperature = fitTemperature(samples);
  if (inScope.length === observations.length) return { temperature, nearness, gate: usual.gate };
  const counts = new Map<Observation["origin"], number>();
  for (const { origin } of observations) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  const gate: Gate = fitGate(observations.map((observation) => ({
    signals: signals(observation, temperature),
    inScope: observation.label >= 0,
    weight: observation.origin === "utterance"
      ? 1
      : foreignShares[observation.origin] * inScope.length / counts.get(observation.origin)!,
  })));
  return { temperature, nearness, gate };
}

/** Texts of no route, with their vectors (none where there is no embedder). */
export interface BackgroundTexts {
  readonly texts: readonly string[];
  readonly vectors: readonly Float32Array[];
}

/** Result of {@linkcode calibrate}. */
export interface CalibrationResult {
  readonly withVector: Calibration;
  readonly withoutVector: Calibration;
  readonly held: readonly HeldOut[];
}

/** A held-out text with the calibrated answer. */
export interface HeldOut {
  readonly inScope: boolean;
  readonly correct: boolean;
  /** Probability of the best route. */
  readonly score: number;
  /** Probability of belonging to any route. */
  readonly belongs: number;
}

/** Calibrates on `data`, whose labels name `classes` routes. */
export function* calibrate(
  data: LabelledTexts,
  options: {
    readonly classes: number;
    readonly dimensions: number;
    readonly inputScale: number;
    readonly seed: number;
    readonly background: BackgroundTexts;
    /** Samples that are asked about when it is their turn; those after are only learned from. */
    readonly asked: number;
  },
): Generator<void, CalibrationResult> {
  const { classes, dimensions } = options;
  const withVector: Observation[] = [];
  const withoutVector: Observation[] = [];
  if (classes > 1) {
    for (const fold of calibrationFolds(data, options)) {
      const seen = yield* observe(data, fold, options);
      withVector.push(...seen.withVector);
      withoutVector.push(...seen.withoutVector);
    }
  }
  const own = data.labels.subarray(0, options.asked).filter((label) => label >= 0);
  const mostNearness = nearnessPerUtterance * own.length / classes;
  const fitted = {
    withVector: fit(withVector, { usual: usualCalibration, mostNearness }),
    withoutVector: fit(withoutVector, { usual: usualTextCalibration, mostNearness }),
  };
  const [observed, calibration] = dimensions === 0
    ? [withoutVector, fitted.withoutVector]
    : [withVector, fitted.withVector];
  return { ...fitted, held: observed.map((observation) => heldOut(observation, calibration)) };
}

function heldOut(observation: Observation, calibration: Calibration): HeldOut {
  const own = signals(observation, calibration.temperature);
  const belongs = passes(calibration.gate, own);
  return {
    inScope: observation.label >= 0,
    correct: bestOf(observation.logits) === observation.label,
    score: belongs * Math.exp(own[1]),
    belongs,
  };
}

/** How the held-out texts fared, given the two measures that need sorting. */
export function headMetrics(
  held: readonly HeldOut[],
  measures: {
    auroc(inScope: readonly number[], foreign: readonly number[]): number;
    calibrationError(scores: readonly number[], correct: readonly boolean[]): number;
  },
): HeadMetrics {
  const own = held.filter(({ inScope }) => inScope);
  const foreign = held.filter(({ inScope }) => !inScope);
  return {
    accuracy: own.length === 0 ? NaN : own.filter(({ correct }) => correct).length / own.length,
    aurocOutOfScope: measures.auroc(
      own.map(({ belongs }) => belongs),
      foreign.map(({ belongs }) => belongs),
    ),
    calibrationError: measures.calibrationError(
      own.map(({ score }) => score),
      own.map(({ correct }) => correct),
    ),
    heldOut: own.length,
    foreign: foreign.length,
  };
}
