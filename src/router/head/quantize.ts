/**
 * Tables of weights as integers.
 *
 * @module
 */

import type { QuantizedTable } from "./types.ts";

/** A table of numbers whose rows are `stride` apart; `columns` of each are kept. */
export interface FloatTable {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
}

function quantize<Codes extends Int8Array | Int16Array>(
  table: FloatTable,
  into: { codes: Codes; largest: number },
): QuantizedTable<Codes> {
  const { rows, columns, stride, values } = table;
  const scales = new Float32Array(rows);
  for (let r = 0; r < rows; r++) {
    let peak = 0;
    for (let c = 0; c < columns; c++) peak = Math.max(peak, Math.abs(values[r * stride + c]!));
    scales[r] = peak / into.largest;
    const factor = peak === 0 ? 0 : into.largest / peak;
    for (let c = 0; c < columns; c++) {
      into.codes[r * columns + c] = Math.round(values[r * stride + c]! * factor);
    }
  }
  return { rows, columns, codes: into.codes, scales };
}

/** Eight bits a weight. */
export function quantizeInt8(table: FloatTable): QuantizedTable<Int8Array> {
  return quantize(table, { codes: new Int8Array(table.rows * table.columns), largest: 127 });
}

/** Sixteen bits a weight. */
export function quantizeInt16(table: FloatTable): QuantizedTable<Int16Array> {
  return quantize(table, { codes: new Int16Array(table.rows * table.columns), largest: 32_767 });
}
