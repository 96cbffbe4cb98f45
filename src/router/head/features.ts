/**
 * What a head sees of a text: its embedding, and where the engine gives one, the second vector.
 *
 * @module
 */

import type { HeadEmbedder } from "./types.ts";

/**
 * Share of the second vector in what is compared. Alone it is worse than the embedding; with three
 * tenths of it more texts get their route than with none or with half.
 */
const viewShare = 0.3;
/**
 * Second vectors, being largest values, lie close together: this spreads them as far as embeddings
 * are spread. It is the same within 2 % for sets of routes as different as those of the benchmarks.
 */
const viewGain = 2.3;

/** Numbers that an embedder gives of a text for a head: its embedding's, and the second vector's. */
export function featureLength(embedder: HeadEmbedder): number {
  return embedder.dimensions + (embedder.viewDimensions ?? 0);
}

/**
 * What the vectors of texts are multiplied by when weights are learned for them: the numbers of an
 * embedding are around one then, and a second vector does not make the steps larger.
 */
export function inputScale(embedder: HeadEmbedder): number {
  return Math.sqrt(embedder.dimensions);
}

/** The mean of the second vectors in `rows`; empty where there are none. */
export function meanView(rows: readonly Float32Array[], dimensions: number): Float32Array {
  const size = Math.max(0, (rows[0]?.length ?? 0) - dimensions);
  const sum = new Float64Array(size);
  for (const row of rows) for (let d = 0; d < size; d++) sum[d]! += row[dimensions + d]!;
  return Float32Array.from(sum, (total) => total / rows.length);
}

/**
 * One unit vector of an embedding with the second vector behind it, which counts by what it differs
 * from the mean. Where there is no second vector the embedding is what counts.
 */
export function joinedFeatures(row: Float32Array, mean: Float32Array): Float32Array {
  if (mean.length === 0) return row;
  const dimensions = row.length - mean.length;
  const joined = new Float32Array(row.length);
  const [own, other] = [Math.sqrt(1 - viewShare), Math.sqrt(viewShare) * viewGain];
  let squares = 0;
  for (let d = 0; d < row.length; d++) {
    const value = d < dimensions ? own * row[d]! : other * (row[d]! - mean[d - dimensions]!);
    joined[d] = value;
    squares += value * value;
  }
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  for (let d = 0; d < row.length; d++) joined[d]! *= scale;
  return joined;
}
