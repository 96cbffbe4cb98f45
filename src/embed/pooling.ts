/**
 * Makes one vector of a sequence's token vectors.
 *
 * @module
 */

/**
 * How a model's token vectors become one: their mean, or the vector of the first token, which some
 * models are trained to put the meaning in.
 */
export type Pooling = "mean" | "first-token";

/** Hidden states of a batch: [rows, columns, dimensions], row-major, rows padded at their end. */
export interface HiddenStates {
  readonly values: Float32Array;
  readonly columns: number;
  readonly dimensions: number;
}

/** One unit-length vector a row, of which the first `lengths[row]` tokens count. */
export function pool(
  hidden: HiddenStates,
  lengths: readonly number[],
  pooling: Pooling,
): Float32Array<ArrayBuffer> {
  const { values, columns, dimensions } = hidden;
  const pooled = new Float32Array(lengths.length * dimensions);
  lengths.forEach((length, row) => {
    const vector = pooled.subarray(row * dimensions, (row + 1) * dimensions);
    const tokens = pooling === "mean" ? length : 1;
    for (let token = 0; token < tokens; token++) {
      const start = (row * columns + token) * dimensions;
      for (let d = 0; d < dimensions; d++) vector[d] = (vector[d] ?? 0) + (values[start + d] ?? 0);
    }
    normalize(vector);
  });
  return pooled;
}

/** Scales `vector` to length 1 in place; a vector of zeros stays one. */
export function normalize(vector: Float32Array): void {
  let squares = 0;
  for (const x of vector) squares += x * x;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) * scale;
}
