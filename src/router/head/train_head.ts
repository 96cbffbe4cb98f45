/**
 * Trains a head from routes and the vectors of their texts.
 *
 * @module
 */

import { AtmosphereError } from "../../core/mod.ts";
import { auroc, calibrationError } from "../eval/metrics.ts";
import { backgroundTexts } from "./background.ts";
import { type BackgroundTexts, calibrate, headMetrics, mostPrototypes } from "./calibrate.ts";
import { featureLength, inputScale, joinedFeatures, meanView } from "./features.ts";
import { LearnedHead } from "./head.ts";
import { fitLinear } from "./linear_fit.ts";
import { buildPrototypes } from "./prototypes.ts";
import { speakingNames } from "./route_names.ts";
import { drawUtterances, trainingHash, trainingSet, type TrainingSource } from "./training_set.ts";
import type { HeadEmbedder } from "./types.ts";

/** How to train. */
export interface TrainOptions {
  /** The space of the vectors; undefined trains on n-grams alone. */
  readonly embedder: HeadEmbedder | undefined;
  /**
   * The unit vector of a text in that space, the second one behind it where the embedder has such.
   * Without one, background texts and names are left out.
   */
  readonly vectorOf: (text: string) => Float32Array | undefined;
  /** The same seed and routes give the same head, byte for byte. @default 1 */
  readonly seed?: number;
  /** Learn from this many utterances of each route only, drawn by the seed. @default all */
  readonly perRoute?: number;
}

const noEmbedder: HeadEmbedder = { name: "", dtype: "", dimensions: 0 };

/**
 * Trains a head. Blocks while it computes: from tens of milliseconds for a few routes to seconds for
 * fifteen thousand utterances.
 *
 * Throws `invalid_request` when no route has an utterance, or a vector is missing or of another length.
 */
export function trainHead(source: TrainingSource, options: TrainOptions): LearnedHead {
  const steps = trainHeadInSteps(source, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * The same in steps of a few milliseconds: whoever drives it decides when the next one runs. Throws at
 * its first step what {@linkcode trainHead} throws.
 */
export function* trainHeadInSteps(
  source: TrainingSource,
  options: TrainOptions,
): Generator<void, LearnedHead> {
  const whole = trainingSet(source);
  const set = options.perRoute === undefined
    ? whole
    : drawUtterances(whole, { perRoute: options.perRoute, seed: options.seed ?? 1 });
  const embedder = options.embedder ?? noEmbedder;
  const dimensions = featureLength(embedder);
  const seed = options.seed ?? 1;
  const classes = set.routes.length;
  if (classes === 0) {
    throw new AtmosphereError("invalid_request", "No route has an utterance to learn from", {
      hint: "Give at least one route utterances, or a description",
    });
  }
  const rows = dimensions === 0 ? [] : set.texts.map((text) => {
    const vector = options.vectorOf(text);
    if (vector?.length !== dimensions) {
      throw new AtmosphereError(
        "invalid_request",
        `Training needs a vector of ${dimensions} numbers for each text, got ${
          vector?.length ?? "none"
        }`,
        { details: { text: text.slice(0, 80) } },
      );
    }
    return vector;
  });
  const viewMean = meanView(rows, embedder.dimensions);
  const vectors = rows.map((row) => joinedFeatures(row, viewMean));
  const vectorOf = (text: string): Float32Array | undefined => {
    const row = options.vectorOf(text);
    return row === undefined || row.length !== dimensions
      ? undefined
      : joinedFeatures(row, viewMean);
  };
  const names = dimensions === 0 ? [] : yield* speakingNames(set, { vectors, vectorOf });
  const data = {
    texts: [...set.texts, ...names.map(({ text }) => text)],
    vectors: [...vectors, ...names.map(({ vector }) => vector)],
    labels: Int32Array.from([...set.labels, ...names.map(({ label }) => label)]),
  };
  const shape = { classes, dimensions, inputScale: inputScale(embedder), seed };
  const background = backgroundFor({ ...options, vectorOf });
  const { held, ...calibrations } = yield* calibrate(data, {
    ...shape,
    background,
    asked: set.texts.length,
  });
  const routes = set.routes.map(() => ({ texts: [] as string[], vectors: [] as Float32Array[] }));
  set.labels.forEach((label, i) => {
    if (label < 0 || dimensions === 0) return;
    routes[label]!.texts.push(set.texts[i]!);
    routes[label]!.vectors.push(vectors[i]!);
  });
  return new LearnedHead({
    embedder,
    routesHash: trainingHash(whole),
    ...(options.perRoute === undefined ? {} : { perRoute: options.perRoute }),
    seed,
    utterances: set.labels.filter((label) => label >= 0).length,
    routes: set.routes,
    viewMean,
    ...(yield* fitLinear(data, shape)),
    prototypes: yield* buildPrototypes(routes, { dimensions, most: mostPrototypes }),
    ...calibrations,
    metrics: headMetrics(held, { auroc, calibrationError }),
  });
}

function backgroundFor(options: TrainOptions): BackgroundTexts {
  const texts: string[] = [];
  const vectors: Float32Array[] = [];
  for (const text of backgroundTexts) {
    const vector = options.vectorOf(text);
    if (vector === undefined && options.embedder !== undefined) continue;
    texts.push(text);
    if (vector !== undefined) vectors.push(vector);
  }
  return { texts, vectors };
}
