import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fitKernelRidge } from "./kernel_ridge.ts";

/** Value of the fit at example `at`. */
function predict(
  fit: { alphas: Float64Array; bias: Float64Array },
  row: readonly number[],
  output = 0,
): number {
  const outputs = fit.bias.length;
  let sum = fit.bias[output]!;
  row.forEach((likeness, i) => sum += fit.alphas[i * outputs + output]! * likeness);
  return sum;
}

const kernel = [[1, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 1]];
const targets = [[1, 0], [0, 1], [-1, 3]];

function fit(lambda: number, weight: (i: number) => number = () => 1) {
  return fitKernelRidge({
    count: 3,
    outputs: 2,
    kernel: (i, j) => kernel[i]![j]!,
    target: (i, o) => targets[i]![o]!,
    weight,
  }, lambda);
}

Deno.test("fitKernelRidge() meets every target when almost nothing is regularised", () => {
  const exact = fit(1e-9);
  targets.forEach((target, i) => {
    assertAlmostEquals(predict(exact, kernel[i]!, 0), target[0]!, 1e-6);
    assertAlmostEquals(predict(exact, kernel[i]!, 1), target[1]!, 1e-6);
  });
});

Deno.test("fitKernelRidge() falls back to the mean when all is regularised", () => {
  const flat = fit(1e9);
  assertAlmostEquals(predict(flat, kernel[0]!, 1), 4 / 3, 1e-6);
});

Deno.test("fitKernelRidge() comes nearer to what weighs more", () => {
  const even = fit(1);
  const leaning = fit(1, (i) => i === 2 ? 10 : 1);
  const miss = (weights: typeof even) => Math.abs(predict(weights, kernel[2]!, 1) - 3);
  assert(miss(leaning) < miss(even) / 2);
});

Deno.test("fitKernelRidge() survives examples that are the same", () => {
  const same = fitKernelRidge({
    count: 2,
    outputs: 1,
    kernel: () => 1,
    target: (i) => i,
    weight: () => 1,
  }, 0);
  assert(same.alphas.every(Number.isFinite));
  assertEquals(
    fitKernelRidge({
      count: 0,
      outputs: 1,
      kernel: () => 0,
      target: () => 0,
      weight: () => 1,
    }, 1).alphas.length,
    0,
  );
});
