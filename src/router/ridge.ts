/**
 * Ridge regression in its dual form: a linear map from few examples of many dimensions.
 *
 * @module
 */

/** A linear map with a bias for each output. */
export class LinearMap {
  readonly #weights: Float32Array;
  readonly #bias: Float64Array;
  readonly #dimensions: number;

  /** `weights` holds one row of `dimensions` for each entry of `bias`. */
  constructor(weights: Float32Array, bias: Float64Array) {
    this.#weights = weights;
    this.#bias = bias;
    this.#dimensions = bias.length === 0 ? 0 : weights.length / bias.length;
  }

  /** Writes the outputs for `input` into `into`. */
  apply(input: Float32Array, into: Float64Array): void {
    const dimensions = this.#dimensions;
    for (let output = 0; output < this.#bias.length; output++) {
      const offset = output * dimensions;
      let sum = this.#bias[output]!;
      for (let i = 0; i < dimensions; i++) sum += this.#weights[offset + i]! * input[i]!;
      into[output] = sum;
    }
  }
}

/**
 * Fits targets by inputs, `targets[i]` being the wanted outputs for `inputs[i]`.
 *
 * Solves (K + lambda I) A = Y - mean(Y) for the kernel K of dot products between the inputs,
 * then W = A'X. Deterministic; n^3/3 multiplications for n inputs.
 */
export function fitRidge(
  inputs: readonly Float32Array[],
  targets: readonly (readonly number[])[],
  options: { lambda: number },
): LinearMap {
  const count = inputs.length;
  const outputs = targets[0]?.length ?? 0;
  const dimensions = inputs[0]?.length ?? 0;
  const bias = new Float64Array(outputs);
  for (const target of targets) target.forEach((y, o) => bias[o]! += y / count);
  const mean = new Float64Array(dimensions);
  for (const input of inputs) input.forEach((x, j) => mean[j]! += x / count);
  const centred = inputs.map((input) => Float64Array.from(input, (x, j) => x - mean[j]!));
  const factor = cholesky(centred, options.lambda);
  const weights = new Float32Array(outputs * dimensions);
  for (let o = 0; o < outputs; o++) {
    const solved = solve(factor, targets.map((target) => target[o]! - bias[o]!));
    for (let i = 0; i < count; i++) {
      const row = centred[i]!;
      for (let j = 0; j < dimensions; j++) weights[o * dimensions + j]! += solved[i]! * row[j]!;
    }
    for (let j = 0; j < dimensions; j++) bias[o]! -= weights[o * dimensions + j]! * mean[j]!;
  }
  return new LinearMap(weights, bias);
}

/** Lower triangle L of LL' = K + lambda I, row by row. */
function cholesky(rows: readonly Float64Array[], lambda: number): Float64Array[] {
  const lower: Float64Array[] = [];
  for (let i = 0; i < rows.length; i++) {
    const line = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      let sum = dot(rows[i]!, rows[j]!, rows[i]!.length) + (i === j ? lambda : 0);
      sum -= dot(line, j === i ? line : lower[j]!, j);
      line[j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j]![j]!;
    }
    lower.push(line);
  }
  return lower;
}

function solve(lower: readonly Float64Array[], right: readonly number[]): Float64Array {
  const x = Float64Array.from(right);
  for (let i = 0; i < x.length; i++) {
    x[i] = (x[i]! - dot(lower[i]!, x, i)) / lower[i]![i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    x[i]! /= lower[i]![i]!;
    const line = lower[i]!;
    for (let j = 0; j < i; j++) x[j]! -= line[j]! * x[i]!;
  }
  return x;
}

function dot(a: Float64Array, b: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[i]! * b[i]!;
  return sum;
}
