import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { anchors, anchorsFingerprint } from "./anchors.ts";
import { fitWordingModel } from "./anchor_model.ts";
import { intentClasses } from "./intent_classes.ts";
import { isPrepared, preparedAnchorModel, preparedWordingModel } from "./prepared_anchors.ts";
import data from "./prepared_anchors.json" with { type: "json" };
import { loadIntentReader } from "./mod.ts";

const bundled = { name: "all-minilm-l6-v2", dtype: "q8", dimensions: 384 };

const bytes = Uint8Array.from(atob(data.vectors), (char) => char.charCodeAt(0));

/** The vector that an anchor was prepared with. */
function preparedVector(position: number): Float32Array {
  const row = new Int8Array(bytes.buffer, position * 384, 384);
  const norm = Math.hypot(...row);
  return Float32Array.from(row, (x) => x / norm);
}

Deno.test("prepared_anchors.json belongs to the anchors as they are", () => {
  assertEquals(
    data.fingerprint,
    anchorsFingerprint(),
    "run deno task dev run -A dist-scripts/prepare_anchors.ts",
  );
});

Deno.test("isPrepared() is true for the bundled embedder alone", () => {
  assert(isPrepared(bundled));
  assertEquals(isPrepared({ ...bundled, dtype: "fp32" }), false);
  assertEquals(isPrepared({ ...bundled, name: "bge-small" }), false);
  assertEquals(isPrepared(undefined), false);
});

Deno.test("preparedAnchorModel() puts nearly every anchor in its own class", () => {
  const model = preparedAnchorModel();
  const scores = new Float64Array(intentClasses.length);
  let right = 0;
  const sample = anchors.filter(({ label }) => label !== "easy" && label !== "hard");
  sample.forEach(({ text, label }, i) => {
    model.classScores(text, model.compare(preparedVector(i))!, scores);
    if (intentClasses[scores.indexOf(Math.max(...scores))] === label) right++;
  });
  assert(right / sample.length > 0.97, `${right} of ${sample.length}`);
});

Deno.test("preparedWordingModel() is the fit to the anchors' wordings", () => {
  const prepared = new Float64Array(intentClasses.length);
  const fitted = new Float64Array(intentClasses.length);
  const fresh = fitWordingModel();
  for (const text of ["Write a test for this class", "What time is it in Peru?", "", "ß漢字😀"]) {
    preparedWordingModel().classScores(text, prepared);
    fresh.classScores(text, fitted);
    prepared.forEach((value, k) => assertAlmostEquals(value, fitted[k]!, 1e-4));
  }
});

Deno.test("loadIntentReader() for the bundled embedder needs no anchors to be embedded", async () => {
  const known = await loadIntentReader(bundled);
  assertEquals(known.anchorTexts(), []);
  known.setAnchors([]);
  const other = await loadIntentReader({ ...bundled, name: "bge-small" });
  assertEquals(other.anchorTexts().length, anchors.length);
  assertEquals((await loadIntentReader(undefined)).anchorTexts().length, anchors.length);
});
