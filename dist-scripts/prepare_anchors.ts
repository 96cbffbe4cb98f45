/**
 * Embeds and fits the router's anchors, and writes them to `src/router/prepared_anchors.json`.
 *
 *   deno task dev run -A dist-scripts/prepare_anchors.ts
 *
 * To be run after a change to `src/router/specialities.json`, to how texts are compared, or to
 * the bundled embedding model; a test of the router fails until then.
 */

import { tmpdir } from "node:os";
import { createEmbedder, resolveModel } from "../src/embed/mod.ts";
import { fitAnchors, fitWording } from "../src/router/anchor_fit.ts";
import { anchors, anchorsFingerprint, anchorWordings } from "../src/router/anchors.ts";
import { quantiseRows } from "../src/router/dot_kernel.ts";
import type { KernelWeights } from "../src/router/kernel_ridge.ts";
import { type FeatureTable, sumByFeature } from "../src/router/wording_scores.ts";

const target = new URL("../src/router/prepared_anchors.json", import.meta.url);

const embedder = createEmbedder({
  resolve: () => resolveModel({ dataDir: tmpdir(), model: "all-minilm-l6-v2" }),
  threads: 2,
  cacheEntries: anchors.length,
});
try {
  const { vectors, model } = await embedder.embed(anchors.map(({ text }) => text));
  const { components, scales } = quantiseRows(vectors, model.dimensions);
  // The fit sees what the router will see: the vectors as they are after rounding.
  const rounded = vectors.map((vector, row) =>
    vector.map((_, i) => components[row * model.dimensions + i]! * scales[row]!)
  );
  const { classes, hardness } = fitAnchors(rounded);
  const prepared = {
    fingerprint: anchorsFingerprint(),
    embedder: { name: model.name, dtype: model.dtype, dimensions: model.dimensions },
    vectors: encode(components),
    scales: encode(scales),
    classes: encodeWeights(classes),
    hardness: encodeWeights(hardness),
    wording: encodeWeights(fitWording()),
    wordingTable: encodeTable(sumByFeature(anchorWordings().vectors, classes)),
  };
  await Deno.writeTextFile(target, `${JSON.stringify(prepared, null, 2)}\n`);
  console.error(`Prepared ${anchors.length} anchors for ${model.name} (${model.dtype})`);
} finally {
  await embedder[Symbol.asyncDispose]();
}

/** The table in 8 bits, with a scale for each column, and how common each feature is. */
function encodeTable({ buckets, table, outputs }: FeatureTable) {
  const scales = new Float32Array(outputs);
  table.forEach((value, i) =>
    scales[i % outputs] = Math.max(scales[i % outputs]!, Math.abs(value) / 127)
  );
  const { counts } = anchorWordings();
  return {
    buckets: encode(buckets),
    counts: encode(buckets.map((bucket) => counts[bucket]!)),
    scales: encode(scales),
    table: encode(Int8Array.from(table, (value, i) => Math.round(value / scales[i % outputs]!))),
  };
}

function encodeWeights({ alphas, bias }: KernelWeights): string {
  return encode(Float32Array.from([...alphas, ...bias]));
}

function encode(values: Int8Array | Uint16Array | Float32Array): string {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).toBase64();
}
