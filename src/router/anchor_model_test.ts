import { assert, assertEquals, assertThrows } from "@std/assert";
import { fitAnchorModel } from "./anchor_model.ts";
import { anchors, nearestAnchor } from "./anchors.ts";
import { classIndex, intentClasses } from "./intent_classes.ts";
import { resolveConstants } from "./constants.ts";
import { clusterOf } from "./intent_estimate.ts";
import { estimateIntent } from "./intent_reader.ts";
import { axis } from "./testdata/capabilities.ts";

/** One direction a class; easy and hard have one each. */
function separated(): Float32Array[] {
  return anchors.map(({ label }) =>
    axis(label === "easy" ? 13 : label === "hard" ? 14 : classIndex[label])
  );
}

const model = fitAnchorModel(separated());

Deno.test("classScores() is greatest for the class whose anchors are near", () => {
  for (const name of intentClasses) {
    const scores = new Float64Array(intentClasses.length);
    model.classScores("", model.compare(axis(classIndex[name], 15, 0.5))!, scores);
    assertEquals(intentClasses[scores.indexOf(Math.max(...scores))], name);
  }
});

Deno.test("hardness() tells hard from easy", () => {
  assert(model.hardness(model.compare(axis(14))!) > 0.5);
  assert(model.hardness(model.compare(axis(13))!) < -0.5);
});

Deno.test("compare() is undefined for a vector of another space", () => {
  assertEquals(model.compare(new Float32Array(5)), undefined);
  assertEquals(model.compare(undefined), undefined);
});

Deno.test("nearestAnchor() names an anchor of the class", () => {
  const found = nearestAnchor("maths", model.compare(axis(classIndex.maths))!);
  assertEquals(anchors.find(({ text }) => text === found?.text)?.label, "maths");
});

Deno.test("fitAnchorModel() refuses another number of vectors", () => {
  assertThrows(() => fitAnchorModel([axis(1)]), TypeError, "Cannot set 1 anchors");
});

Deno.test("estimateIntent() gives probabilities that sum to one, with and without a vector", () => {
  const options = {
    model,
    wording: undefined,
    constants: resolveConstants(),
    hasImage: false,
    hasTools: false,
  };
  for (const vector of [undefined, axis(classIndex.medical), new Float32Array(16)]) {
    const { probabilities, hardness } = estimateIntent("hm", { ...options, vector });
    assert(Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-9);
    assert(hardness > 0 && hardness < 1);
  }
});

Deno.test("estimateIntent() takes an image and tools for hints", () => {
  const options = {
    model,
    wording: undefined,
    constants: resolveConstants(),
    vector: undefined,
  };
  const plain = estimateIntent("hm", { ...options, hasImage: false, hasTools: false });
  const image = estimateIntent("hm", { ...options, hasImage: true, hasTools: false });
  const tools = estimateIntent("hm", { ...options, hasImage: false, hasTools: true });
  assert(image.probabilities[classIndex.vision]! > 0.5);
  assert(tools.probabilities[classIndex.tools]! > plain.probabilities[classIndex.tools]!);
});

Deno.test("clusterOf() names class and hardness", () => {
  const options = {
    model,
    wording: undefined,
    constants: resolveConstants(),
    hasImage: false,
    hasTools: false,
  };
  assertEquals(
    clusterOf(estimateIntent("x".repeat(3000), { ...options, vector: axis(classIndex.legal) })),
    "legal/hard",
  );
  assertEquals(
    clusterOf(estimateIntent("hi", { ...options, vector: axis(classIndex.quick) })),
    "quick/easy",
  );
});

Deno.test("estimateIntent() is harder near the hard anchors, for a longer text, and never for a word", () => {
  const options = {
    model,
    wording: undefined,
    constants: resolveConstants(),
    hasImage: false,
    hasTools: false,
  };
  const hardness = (text: string, vector: Float32Array) =>
    estimateIntent(text, { ...options, vector }).hardness;
  assert(hardness("hm", axis(14)) > 0.5 && hardness("hm", axis(13)) < 0.2);
  assert(hardness("hm ".repeat(500), axis(15)) > hardness("hm", axis(15)));
  assert(hardness("hm", axis(classIndex.quick)) < hardness("hm", axis(classIndex.legal)));
});
