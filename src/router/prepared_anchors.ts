/**
 * The anchors as they were embedded and fitted ahead of time, so that a node starts with them.
 *
 * `dist-scripts/prepare_anchors.ts` writes `prepared_anchors.json`; a test tells when it is stale.
 *
 * @module
 */

import type { EmbedderModel } from "../core/mod.ts";
import { AnchorModel, WordingModel } from "./anchor_model.ts";
import { classAnchorCount } from "./anchors.ts";
import { DotKernel } from "./dot_kernel.ts";
import { intentClasses } from "./intent_classes.ts";
import type { KernelWeights } from "./kernel_ridge.ts";
import data from "./prepared_anchors.json" with { type: "json" };
import { WordingScores } from "./wording_scores.ts";
import { bucketCount, WordingSpace } from "./wording_space.ts";

/** A space of vectors, as far as it must be told apart from others. */
export type VectorSpace = Pick<EmbedderModel, "name" | "dtype" | "dimensions">;

/** Whether the anchors were embedded by this embedder. */
export function isPrepared(space: VectorSpace | undefined): boolean {
  const { name, dtype, dimensions } = data.embedder;
  return space !== undefined && space.name === name && space.dtype === dtype &&
    space.dimensions === dimensions;
}

// Decoded when first needed and then shared: they are constants of the program, not state.
let anchorModel: AnchorModel | undefined;
let wordingModel: WordingModel | undefined;

/** The anchors' model for the embedder that they were prepared with. */
export function preparedAnchorModel(): AnchorModel {
  return anchorModel ??= decodeAnchorModel();
}

/** The model of the anchors' wordings, which needs no embedder. */
export function preparedWordingModel(): WordingModel {
  return wordingModel ??= new WordingModel(weightsOf(data.wording, intentClasses.length));
}

function decodeAnchorModel(): AnchorModel {
  const { table: components, buckets, counts, scales } = data.wordingTable;
  const bucketCounts = new Uint16Array(bucketCount);
  const rows = new Uint16Array(decode(buckets));
  const rowCounts = new Uint16Array(decode(counts));
  for (let row = 0; row < rows.length; row++) bucketCounts[rows[row]!] = rowCounts[row]!;
  return new AnchorModel({
    vectors: new DotKernel({
      dimensions: data.embedder.dimensions,
      components: new Int8Array(decode(data.vectors)),
      scales: new Float32Array(decode(data.scales)),
    }),
    weights: {
      classes: weightsOf(data.classes, intentClasses.length),
      hardness: weightsOf(data.hardness, 1),
    },
    space: new WordingSpace(bucketCounts, classAnchorCount),
    wording: new WordingScores({
      outputs: intentClasses.length,
      buckets: rows,
      table: scaled(new Int8Array(decode(components)), new Float32Array(decode(scales))),
    }),
  });
}

/** Numbers from rows of 8-bit ones, with a scale for each column. */
function scaled(components: Int8Array, scales: Float32Array): Float32Array {
  const table = new Float32Array(components.length);
  for (let at = 0; at < table.length; at += scales.length) {
    for (let o = 0; o < scales.length; o++) table[at + o] = components[at + o]! * scales[o]!;
  }
  return table;
}

/** Contributions by example and then the bias, as 32-bit numbers. */
function weightsOf(text: string, outputs: number): KernelWeights {
  const values = new Float64Array(new Float32Array(decode(text)));
  return {
    alphas: values.subarray(0, values.length - outputs),
    bias: values.subarray(values.length - outputs),
  };
}

function decode(text: string): ArrayBuffer {
  return Uint8Array.fromBase64(text).buffer;
}
