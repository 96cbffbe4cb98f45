/**
 * Vectors for the memory's benchmarks: reproducible, clustered as embeddings are or spread evenly.
 *
 * @module
 */

/** How the vectors lie. */
export type Shape = "clustered" | "spread";

/** Vectors, questions and the true ten nearest of each question. */
export interface Data {
  readonly dimensions: number;
  readonly vectors: Float32Array<ArrayBuffer>[];
  readonly queries: Float32Array<ArrayBuffer>[];
  /** Indexes into `vectors`, best first. */
  readonly nearest: number[][];
}

/** Mulberry32: small, good enough, the same everywhere. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function gaussian(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function unit(vector: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const factor = 1 / Math.sqrt(squares);
  return vector.map((value) => value * factor);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The indexes of the ten vectors nearest to `query`, by comparing all of them exactly. */
export function exactNearest(query: Float32Array, vectors: readonly Float32Array[]): number[] {
  const best: [score: number, index: number][] = [];
  let least = -Infinity;
  vectors.forEach((vector, index) => {
    const score = dot(query, vector);
    if (score <= least && best.length === 10) return;
    best.push([score, index]);
    best.sort((a, b) => b[0] - a[0]);
    if (best.length > 10) best.pop();
    least = best.at(-1)![0];
  });
  return best.map(([, index]) => index);
}

/** `count` unit vectors with `queries` questions that lie as they do. */
export function makeData(
  options: { shape: Shape; count: number; queries: number; dimensions?: number },
): Data {
  const { dimensions = 384 } = options;
  const uniform = random(options.shape === "clustered" ? 7 : 11);
  const draw = () => new Float32Array(dimensions).map(() => gaussian(uniform));
  const centres = Array.from({ length: 500 }, draw);
  const make = () => {
    const own = draw();
    if (options.shape === "spread") return unit(own);
    const centre = centres[Math.floor(uniform() * centres.length)]!;
    return unit(own.map((value, i) => centre[i]! + 0.7 * value));
  };
  const vectors = Array.from({ length: options.count }, make);
  const queries = Array.from({ length: options.queries }, make);
  return {
    dimensions,
    vectors,
    queries,
    nearest: queries.map((query) => exactNearest(query, vectors)),
  };
}

/** Share of the true nearest that were found. */
export function recall(found: readonly number[][], nearest: readonly number[][]): number {
  let hits = 0;
  let all = 0;
  nearest.forEach((truth, i) => {
    const set = new Set(found[i]);
    for (const index of truth) if (set.has(index)) hits++;
    all += truth.length;
  });
  return hits / all;
}

/** The value below which the share `q` of `values` lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}
