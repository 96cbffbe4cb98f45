/**
 * Kernel ridge regression: scores from the likeness to a few hundred examples.
 *
 * @module
 */

/** What examples contribute to each output. */
export interface KernelWeights {
  /** Contribution of example `i` to output `o` at `i * outputs + o`. */
  readonly alphas: Float64Array;
  readonly bias: Float64Array;
}

/** Examples with their wanted outputs. */
export interface KernelExamples {
  readonly count: number;
  readonly outputs: number;
  /** Likeness of examples `i` and `j`; symmetric and positive semidefinite. */
  readonly kernel: (i: number, j: number) => number;
  /** Wanted value of output `o` for example `i`. */
  readonly target: (i: number, o: number) => number;
  /** How much example `i` counts; 1 is usual. */
  readonly weight: (i: number) => number;
}

/**
 * Solves (D K D + lambda I) B = D (Y - b) for D the square roots of the weights and b the weighted
 * means of the targets; the contributions are D B. Deterministic, n^3/6 multiplications.
 */
export function fitKernelRidge(examples: KernelExamples, lambda: number): KernelWeights {
  const { count, outputs } = examples;
  const roots = Float64Array.from({ length: count }, (_, i) => Math.sqrt(examples.weight(i)));
  const bias = new Float64Array(outputs);
  let total = 0;
  for (let i = 0; i < count; i++) {
    total += examples.weight(i);
    for (let o = 0; o < outputs; o++) bias[o]! += examples.weight(i) * examples.target(i, o);
  }
  for (let o = 0; o < outputs; o++) bias[o]! /= total || 1;
  const lower = choleskyFactor(
    count,
    (i, j) => roots[i]! * roots[j]! * examples.kernel(i, j) + (i === j ? lambda : 0),
  );
  const alphas = new Float64Array(count * outputs);
  const column = new Float64Array(count);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < count; i++) column[i] = roots[i]! * (examples.target(i, o) - bias[o]!);
    solveInPlace(lower, column);
    for (let i = 0; i < count; i++) alphas[i * outputs + o] = roots[i]! * column[i]!;
  }
  return { alphas, bias };
}

/** The lower triangle L of LL' = the matrix that `entry` tells, row by row. */
function choleskyFactor(
  size: number,
  entry: (i: number, j: number) => number,
): readonly Float64Array[] {
  const lower: Float64Array[] = [];
  for (let i = 0; i < size; i++) {
    const line = new Float64Array(i + 1);
    for (let j = 0; j < i; j++) {
      const other = lower[j]!;
      line[j] = (entry(i, j) - dot(line, other, j)) / other[j]!;
    }
    line[i] = Math.sqrt(Math.max(1e-12, entry(i, i) - dot(line, line, i)));
    lower.push(line);
  }
  return lower;
}

/** Solves LL'x = b; `x` holds b before and the solution after. */
function solveInPlace(lower: readonly Float64Array[], x: Float64Array): void {
  for (let i = 0; i < x.length; i++) {
    const line = lower[i]!;
    x[i] = (x[i]! - dot(line, x, i)) / line[i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    const line = lower[i]!;
    const value = x[i]! / line[i]!;
    x[i] = value;
    for (let j = 0; j < i; j++) x[j]! -= line[j]! * value;
  }
}

function dot(a: Float64Array, b: Float64Array, length: number): number {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + s2 + s3;
}
