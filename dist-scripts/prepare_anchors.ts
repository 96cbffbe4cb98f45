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
import { anchors, anchorsFingerprint } from "../src/router/anchors.ts";
import type { KernelWeights } from "../src/router/kernel_ridge.ts";

const target = new URL("../src/router/prepared_anchors.json", import.meta.url);

const embedder = createEmbedder({
  resolve: () => resolveModel({ dataDir: tmpdir(), model: "all-minilm-l6-v2" }),
  threads: 2,
  cacheEntries: anchors.length,
});
try {
  const { vectors, model } = await embedder.embed(anchors.map(({ text }) => text));
  const rows = vectors.map(quantise);
  // The fit sees what the router will see: the vectors as they are after rounding.
  const rounded = rows.map(({ components, scale }) =>
    Float32Array.from(components, (x) => x * scale)
  );
  const { classes, hardness } = fitAnchors(rounded);
  const prepared = {
    fingerprint: anchorsFingerprint(),
    embedder: { name: model.name, dtype: model.dtype, dimensions: model.dimensions },
    vectors: encode(Int8Array.from(rows.flatMap(({ components }) => [...components]))),
    scales: encode(Float32Array.from(rows, ({ scale }) => scale)),
    classes: encodeWeights(classes),
    hardness: encodeWeights(hardness),
    wording: encodeWeights(fitWording()),
  };
  await Deno.writeTextFile(target, `${JSON.stringify(prepared, null, 2)}\n`);
  console.error(`Prepared ${anchors.length} anchors for ${model.name} (${model.dtype})`);
} finally {
  await embedder[Symbol.asyncDispose]();
}

function quantise(vector: Float32Array): { components: Int8Array; scale: number } {
  const scale = Math.max(...vector.map(Math.abs)) / 127;
  return { components: Int8Array.from(vector, (x) => Math.round(x / scale)), scale };
}

function encodeWeights({ alphas, bias }: KernelWeights): string {
  return encode(Float32Array.from([...alphas, ...bias]));
}

function encode(values: Int8Array | Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
