/**
 * Coded rows as the bytes of a BLOB, so that loading is copying.
 *
 * Layout, little-endian: rows × u32 numbers, rows × f32 scales, rows × i32 sums, rows × stride codes.
 *
 * @module
 */

import { quantizeRow } from "./quantize.ts";
import type { CodedRows } from "./vector_index.ts";

/** A vector with its number. */
export interface NumberedVector {
  readonly seq: number;
  readonly vector: Float32Array;
}

/** Bytes of a row's codes: the dimensions rounded up to 16. */
export function strideOf(dimensions: number): number {
  return Math.ceil(dimensions / 16) * 16;
}

/** The codes of `vectors`, ascending by number. */
export function codeVectors(
  vectors: readonly NumberedVector[],
  dimensions: number,
): CodedRows {
  const stride = strideOf(dimensions);
  const coded = {
    seqs: new Uint32Array(vectors.length),
    scales: new Float32Array(vectors.length),
    sums: new Int32Array(vectors.length),
    codes: new Int8Array(vectors.length * stride),
  };
  vectors.forEach(({ seq, vector }, row) => {
    const codes = coded.codes.subarray(row * stride, (row + 1) * stride);
    const { scale, sum } = quantizeRow(vector, codes);
    coded.seqs[row] = seq;
    coded.scales[row] = scale;
    coded.sums[row] = sum;
  });
  return coded;
}

/** Rows as bytes. */
export function encodeSegment(coded: CodedRows): Uint8Array<ArrayBuffer> {
  const rows = coded.seqs.length;
  const bytes = new Uint8Array(rows * 12 + coded.codes.length);
  new Uint32Array(bytes.buffer, 0, rows).set(coded.seqs);
  new Float32Array(bytes.buffer, rows * 4, rows).set(coded.scales);
  new Int32Array(bytes.buffer, rows * 8, rows).set(coded.sums);
  new Int8Array(bytes.buffer, rows * 12).set(coded.codes);
  return bytes;
}

/** Bytes as rows of `stride` codes; undefined when their length does not fit. */
export function decodeSegment(data: ArrayBuffer, stride: number): CodedRows | undefined {
  const rows = data.byteLength / (12 + stride);
  if (!Number.isInteger(rows)) return undefined;
  return {
    seqs: new Uint32Array(data, 0, rows),
    scales: new Float32Array(data, rows * 4, rows),
    sums: new Int32Array(data, rows * 8, rows),
    codes: new Int8Array(data, rows * 12),
  };
}

/** Rows but those whose number is in `seqs`. */
export function withoutRows(coded: CodedRows, seqs: ReadonlySet<number>): CodedRows {
  const stride = coded.codes.length / coded.seqs.length;
  const kept = Array.from(coded.seqs.keys()).filter((row) => !seqs.has(coded.seqs[row]!));
  const codes = new Int8Array(kept.length * stride);
  kept.forEach((row, i) => {
    codes.set(coded.codes.subarray(row * stride, (row + 1) * stride), i * stride);
  });
  return {
    seqs: Uint32Array.from(kept, (row) => coded.seqs[row]!),
    scales: Float32Array.from(kept, (row) => coded.scales[row]!),
    sums: Int32Array.from(kept, (row) => coded.sums[row]!),
    codes,
  };
}
