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

/**
 * Name of a model's second output: of each dimension the largest value over a text's tokens, behind
 * the last layer but one. It keeps single words that the mean of the last layer levels out.
 */
export const peaksOutput = "token_peaks";

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

/** Rows of `vectors`, each with its row of `peaks` behind it, which is scaled to length 1. */
export function joinRows(
  vectors: Float32Array,
  peaks: Float32Array,
  rows: number,
): Float32Array<ArrayBuffer> {
  const [dimensions, view] = [vectors.length / rows, peaks.length / rows];
  const joined = new Float32Array(vectors.length + peaks.length);
  for (let row = 0; row < rows; row++) {
    const start = row * (dimensions + view);
    joined.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), start);
    const own = joined.subarray(start + dimensions, start + dimensions + view);
    own.set(peaks.subarray(row * view, (row + 1) * view));
    normalize(own);
  }
  return joined;
}

/** Scales `vector` to length 1 in place; a vector of zeros stays one. */
export function normalize(vector: Float32Array): void {
  let squares = 0;
  for (const x of vector) squares += x * x;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) * scale;
}
