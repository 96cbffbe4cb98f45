/**
 * The model of the routes: trained in slices of the event loop, kept in a file.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { isAbort } from "../../core/mod.ts";
import { AtmosphereError, type EmbedderModel, type RoutesWork } from "../../core/mod.ts";
import {
  backgroundTexts,
  drawUtterances,
  encodeHead,
  type HeadEmbedder,
  type LearnedHead,
  loadHead,
  nameText,
  trainHeadInSteps,
  trainingSet,
  type TrainingSource,
  type TrainOptions,
} from "../../router/mod.ts";
import type { TextVectors } from "./text_vectors.ts";

/** Longest that others wait while a model is trained, in milliseconds. */
const sliceMs = 12;

/** The space of the vectors that a head is trained with. */
export function headEmbedder(
  { name, dtype, dimensions, viewDimensions = 0 }: EmbedderModel,
): HeadEmbedder {
  return { name, dtype, dimensions, ...(viewDimensions === 0 ? {} : { viewDimensions }) };
}

/** Every text whose vector training needs: of a draw, only what is drawn. */
export function trainingTexts(
  source: TrainingSource,
  options: { readonly seed: number; readonly perRoute?: number | undefined },
): readonly string[] {
  const { perRoute, seed } = options;
  const whole = trainingSet(source);
  const set = perRoute === undefined ? whole : drawUtterances(whole, { perRoute, seed });
  return [
    ...set.texts,
    ...set.routes.map(nameText).filter((text) => text !== ""),
    ...backgroundTexts,
  ];
}

/**
 * A turn of the event loop. A timer that is set in a timer's turn waits for 4 ms at least, one that is
 * set in an immediate's does not; immediates alone would let no messages and no sockets through.
 */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setTimeout(resolve)));
}

/** Trains a head and lets others run now and then. Throws as `trainHead` does, or the signal's reason. */
export async function trainInSlices(
  source: TrainingSource,
  options: TrainOptions & { readonly signal?: AbortSignal },
): Promise<LearnedHead> {
  const steps = trainHeadInSteps(source, options);
  let sliceEnd = performance.now() + sliceMs;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < sliceEnd) continue;
    await pause();
    options.signal?.throwIfAborted();
    sliceEnd = performance.now() + sliceMs;
  }
}

/** A trained head with how long that took. */
export interface Trained {
  readonly head: LearnedHead;
  readonly embedMs: number;
  readonly trainMs: number;
}

/** Embeds what is not known yet, and trains. */
export async function embedAndTrain(
  source: TrainingSource,
  options: RoutesWork & {
    readonly vectors: TextVectors;
    readonly model: () => EmbedderModel;
    readonly seed: number;
    readonly perRoute?: number;
  },
): Promise<Trained> {
  const { signal, onProgress, seed, perRoute } = options;
  const start = performance.now();
  const vectorOf = await options.vectors.of(trainingTexts(source, { seed, perRoute }), options);
  const embedded = performance.now();
  onProgress?.({ step: "training", done: 0, total: 1 });
  const head = await trainInSlices(source, {
    embedder: headEmbedder(options.model()),
    vectorOf,
    seed,
    ...(perRoute === undefined ? {} : { perRoute }),
    ...(signal === undefined ? {} : { signal }),
  });
  onProgress?.({ step: "training", done: 1, total: 1 });
  return { head, embedMs: embedded - start, trainMs: performance.now() - embedded };
}

/** Writes the file of a head, at once; returns its size. */
export async function saveHead(path: string, head: LearnedHead): Promise<number> {
  const bytes = encodeHead(head);
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.writeFile(temporary, bytes, { createNew: true, mode: 0o600 });
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  return bytes.length;
}

/** What became of reading a head. */
export type ReadHead =
  | { readonly head: LearnedHead; readonly bytes: number }
  /** Why it can't be used: a reason to train again. */
  | { readonly refused: string };

/** Reads the file of a head for these routes and this embedder. */
export async function readHead(
  path: string,
  options: { readonly model: EmbedderModel; readonly routesHash: string },
): Promise<ReadHead> {
  try {
    const bytes = await Deno.readFile(path);
    const embedder = headEmbedder(options.model);
    return {
      head: loadHead(bytes, { embedder, routesHash: options.routesHash }),
      bytes: bytes.length,
    };
  } catch (error) {
    if (isAbort(error)) throw error;
    if (error instanceof Deno.errors.NotFound) {
      return { refused: "There is no model of the routes yet" };
    }
    if (error instanceof AtmosphereError) return { refused: error.message };
    throw error;
  }
}
