/**
 * Eight-bit weights: one scale an output channel, symmetric around zero.
 *
 * @module
 */

/** A matrix of small integers with a scale a row: value = integer x scale of its row. */
export interface QuantizedRows {
  readonly values: Int8Array<ArrayBuffer>;
  readonly scales: Float32Array<ArrayBuffer>;
}

/** Options of {@linkcode quantizeRows}. */
export interface QuantizeOptions {
  readonly columns: number;
  /** Largest magnitude of the integers, at most 127. @default 127 */
  readonly largest?: number;
}

/** Quantises each row of a row-major `rows` x `columns` matrix by its own largest magnitude. */
export function quantizeRows(matrix: Float32Array, options: QuantizeOptions): QuantizedRows {
  const { columns, largest = 127 } = options;
  const rows = matrix.length / columns;
  if (!Number.isInteger(rows)) {
    throw new RangeError(`${matrix.length} values do not fill rows of ${columns}`);
  }
  const values = new Int8Array(matrix.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let peak = 0;
    for (let i = start; i < start + columns; i++) peak = Math.max(peak, Math.abs(matrix[i] ?? 0));
    // A row of zeros stays one, whatever its scale.
    const scale = peak / largest || 1;
    scales[row] = scale;
    for (let i = start; i < start + columns; i++) values[i] = Math.round((matrix[i] ?? 0) / scale);
  }
  return { values, scales };
}

/** A row-major `rows` x `columns` matrix with rows and columns exchanged. */
export function transpose<T extends Float32Array | Int8Array>(matrix: T, columns: number): T {
  const rows = matrix.length / columns;
  const result = matrix.slice() as T;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column] ?? 0;
    }
  }
  return result;
}
