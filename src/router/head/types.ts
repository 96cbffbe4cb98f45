/**
 * What a learned head consists of.
 *
 * @module
 */

import type { Gate } from "./gate.ts";
import type { PrototypeData } from "./prototypes.ts";

/** The vector space that a head was trained in. */
export interface HeadEmbedder {
  /** Model name, such as `all-minilm-l6-v2`. */
  readonly name: string;
  /** Weights' precision, such as `q8`. */
  readonly dtype: string;
  /** Length of an embedding. */
  readonly dimensions: number;
  /** Length of the second vector, which follows the embedding; absent or 0 where there is none. */
  readonly viewDimensions?: number;
}

/** A table of integers, each row with a factor. */
export interface QuantizedTable<Codes extends Int8Array | Int16Array> {
  readonly rows: number;
  readonly columns: number;
  readonly codes: Codes;
  readonly scales: Float32Array;
}

/** What turns logits into probabilities; one with and one without a vector. */
export interface Calibration {
  readonly temperature: number;
  /** What nearness to a route's utterances counts, beside the logits; 0 without a vector. */
  readonly nearness: number;
  readonly gate: Gate;
}

/** What was measured while training, on utterances that were held out. */
export interface HeadMetrics {
  /** Share of held-out utterances that got their route. */
  readonly accuracy: number;
  /** Area under the ROC curve of routes' own utterances against foreign ones; NaN without foreign ones. */
  readonly aurocOutOfScope: number;
  /** Expected calibration error in 15 bins. */
  readonly calibrationError: number;
  /** Held-out utterances. */
  readonly heldOut: number;
  /** Foreign texts. */
  readonly foreign: number;
}

/** Everything that a head's file holds. */
export interface HeadData {
  readonly embedder: HeadEmbedder;
  /** Fingerprint of the routes, utterances and settings that it was trained on. */
  readonly routesHash: string;
  readonly seed: number;
  /** Utterances of each route that were drawn; absent when all were used. */
  readonly perRoute?: number;
  /** Utterances that it was trained on. */
  readonly utterances: number;
  /** Names of the routes, in the order of the tables' columns. */
  readonly routes: readonly string[];
  /** Bias of each route with a vector. */
  readonly bias: Float32Array;
  /** Bias of each route where no vector is there: that of the training vectors' mean. */
  readonly textBias: Float32Array;
  /** The mean of the second vectors that it was trained on; empty where there are none. */
  readonly viewMean: Float32Array;
  /** One row for each number of the embedding and the second vector. */
  readonly dense: QuantizedTable<Int16Array>;
  /** Hashes of the n-grams, ascending. */
  readonly grams: Uint32Array;
  readonly gramWeights: Float32Array;
  /** One row for each n-gram. */
  readonly sparse: QuantizedTable<Int8Array>;
  readonly prototypes: PrototypeData;
  readonly withVector: Calibration;
  readonly withoutVector: Calibration;
  readonly metrics: HeadMetrics;
}
