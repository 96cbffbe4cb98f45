/**
 * How alike two vectors are.
 *
 * @module
 */

/** Cosine of two vectors of the same length and any norm; 0 where one is zero. */
export function cosineOf(a: readonly number[], b: readonly number[]): number {
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const norm = Math.sqrt(squaresA * squaresB);
  return norm === 0 ? 0 : dot / norm;
}
