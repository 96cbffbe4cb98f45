import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { auroc, calibrationError, reliability } from "./metrics.ts";

Deno.test("auroc() counts the pairs that are in order, ties half", () => {
  assertEquals(auroc([0.9, 0.8], [0.1, 0.2]), 1);
  assertEquals(auroc([0.1, 0.2], [0.9, 0.8]), 0);
  // Pairs: 0.7>0.5 yes, 0.7>0.6 yes, 0.5=0.5 half, 0.5>0.6 no: 2.5 of 4.
  assertEquals(auroc([0.7, 0.5], [0.5, 0.6]), 0.625);
  assert(Number.isNaN(auroc([], [1])) && Number.isNaN(auroc([1], [])));
});

Deno.test("auroc() is what counting every pair gives", () => {
  const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(scores, scores, (positive, negative) => {
    let sum = 0;
    for (const p of positive) for (const n of negative) sum += p > n ? 1 : p === n ? 0.5 : 0;
    assertAlmostEquals(auroc(positive, negative), sum / (positive.length * negative.length), 1e-9);
  }));
});

Deno.test("calibrationError() weighs the distance of each bin by its size", () => {
  // One bin: mean score 0.95, three of four right: 0.2. Another: mean 0.5, half right: 0.
  const scores = [0.95, 0.95, 0.95, 0.95, 0.5, 0.5];
  const correct = [true, true, true, false, true, false];
  assertAlmostEquals(calibrationError(scores, correct), 0.2 * 4 / 6, 1e-9);
  assertEquals(calibrationError([1, 1], [true, true]), 0);
  assertEquals(calibrationError([1, 0], [false, true]), 1);
  assert(Number.isNaN(calibrationError([], [])));
});

Deno.test("reliability() puts each score into one bin, ends included", () => {
  const bins = reliability([0, 1, 1 / 15, 0.067], [true, true, false, false]);
  assertEquals(bins.length, 15);
  assertEquals(bins.map(({ count }) => count), [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  assertEquals(bins[0]!.accuracy, 0.5);
});
