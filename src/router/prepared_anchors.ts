/**
 * The anchors as they were embedded and fitted ahead of time, so that a node starts with them.
 *
 * `dist-scripts/prepare_anchors.ts` writes `prepared_anchors.json`; a test tells when it is stale.
 *
 * @module
 */

import type { EmbedderModel } from "../core/mod.ts";
import { AnchorModel, WordingModel } from "./anchor_model.ts";
import { anchors } from "./anchors.ts";
import { intentClasses } from "./intent_classes.ts";
import type { KernelWeights } from "./kernel_ridge.ts";
import data from "./prepared_anchors.json" with { type: "json" };

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
  const { dimensions } = data.embedder;
  const components = new Int8Array(decode(data.vectors));
  const scales = new Float32Array(decode(data.scales));
  const vectors = anchors.map((_, i) => {
    const row = components.subarray(i * dimensions, (i + 1) * dimensions);
    return Float32Array.from(row, (x) => x * scales[i]!);
  });
  return new AnchorModel(vectors, {
    classes: weightsOf(data.classes, intentClasses.length),
    hardness: weightsOf(data.hardness, 1),
  });
}

/** Contributions by example and then the bias, as 32-bit numbers. */
function weightsOf(text: string, outputs: number): KernelWeights {
  const values = Float64Array.from(new Float32Array(decode(text)));
  return {
    alphas: values.subarray(0, values.length - outputs),
    bias: values.subarray(values.length - outputs),
  };
}

function decode(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;
}
