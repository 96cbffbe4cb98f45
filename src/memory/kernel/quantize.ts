/**
 * Vectors as int8 codes and bits.
 *
 * @module
 */

/** Codes have magnitudes up to this. */
export const maxCode = 127;

/** Length of `vector`. */
export function norm(vector: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! * vector[i]!;
  return Math.sqrt(squares);
}

/** Largest magnitude of a component. */
function peak(vector: Float32Array): number {
  let max = 0;
  for (let i = 0; i < vector.length; i++) {
    const magnitude = Math.abs(vector[i]!);
    if (magnitude > max) max = magnitude;
  }
  return max;
}

/** What turns codes back into a direction. */
export interface RowScale {
  /** Factor from codes to the unit vector. */
  readonly scale: number;
  /** Sum of the codes. */
  readonly sum: number;
}

/** Writes the codes of `vector`'s direction into `codes`. */
export function quantizeRow(vector: Float32Array, codes: Int8Array): RowScale {
  const max = peak(vector);
  const factor = maxCode / max;
  let sum = 0;
  for (let i = 0; i < vector.length; i++) {
    const code = Math.round(vector[i]! * factor);
    codes[i] = code;
    sum += code;
  }
  return { scale: max / maxCode / norm(vector), sum };
}

/** What turns a kernel's sum into a cosine. */
export interface QueryScale {
  readonly scale: number;
  /** What was added to each component. */
  readonly offset: number;
}

/** Writes a query as integers from 0 to 127 (offset 64). */
export function quantizeQueryRelaxed(vector: Float32Array, target: Uint8Array): QueryScale {
  const max = peak(vector);
  const factor = 63 / max;
  for (let i = 0; i < vector.length; i++) target[i] = Math.round(vector[i]! * factor) + 64;
  return { scale: max / 63 / norm(vector), offset: 64 };
}

/** Writes a query as 16-bit integers, as large as the kernel's 32-bit sums allow. */
export function quantizeQueryWide(vector: Float32Array, target: Int16Array): QueryScale {
  const max = peak(vector);
  const magnitude = Math.min(8_191, Math.floor((2 ** 31 - 1) / (maxCode * vector.length)));
  const factor = magnitude / max;
  for (let i = 0; i < vector.length; i++) target[i] = Math.round(vector[i]! * factor);
  return { scale: max / magnitude / norm(vector), offset: 0 };
}

/** Writes the signs of `vector` as bits. */
export function quantizeBits(vector: Float32Array | Int8Array, bits: Uint8Array): void {
  bits.fill(0);
  for (let i = 0; i < vector.length; i++) {
    if (vector[i]! > 0) bits[i >> 3]! |= 1 << (i & 7);
  }
}

/** The cosine of two vectors. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return dot / Math.sqrt(aa * bb);
}
