import { assert, assertEquals } from "@std/assert";
import { calibrationFolds } from "./calibration_folds.ts";
import { outOfScopeLabel } from "./softmax_trainer.ts";

/** Ten utterances of each of eight routes, six foreign texts, then a name of each route. */
const labels = Int32Array.from([
  ...Array.from({ length: 80 }, (_, i) => i % 8),
  ...new Array<number>(6).fill(outOfScopeLabel),
  ...Array.from({ length: 8 }, (_, i) => i),
]);
const asked = 86;
const data = { texts: [...labels].map(String), vectors: [], labels };
const folds = calibrationFolds(data, { classes: 8, seed: 1, asked });

Deno.test("calibrationFolds() asks about every utterance, and never about one that it learns from", () => {
  assertEquals(new Set(folds.flatMap(({ test }) => test)).size, asked);
  for (const { train, test } of folds) {
    assertEquals(new Set([...train, ...test]).size, train.length + test.length);
  }
});

Deno.test("calibrationFolds() only learns from the samples that are not to be asked about", () => {
  for (const { train, test, positions, classes } of folds) {
    assert(test.every((i) => i < asked));
    const names = train.filter((i) => i >= asked).map((i) => labels[i]!);
    assertEquals(names, [...positions.keys()].filter((route) => positions[route] !== -1));
    assertEquals(names.length, classes);
    assert(classes < 8);
  }
});

Deno.test("calibrationFolds() learns nothing of the routes that it leaves out", () => {
  for (const { train, positions } of folds) {
    assert(train.every((i) => labels[i]! < 0 || positions[labels[i]!] !== -1));
  }
});
