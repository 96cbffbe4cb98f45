/**
 * A few utterances of each route as vectors: how alike a text is to a route, and which utterance says so.
 *
 * @module
 */

/** Vectors of a set of routes, as int8 codes. */
export interface PrototypeData {
  readonly dimensions: number;
  /** First row of each route, and the end of the last. A route's first row is its centroid. */
  readonly offsets: Int32Array;
  /** `dimensions` codes a row. */
  readonly codes: Int8Array;
  /** Factor of each row from codes to a unit vector. */
  readonly scales: Float32Array;
  /** The utterance of each row; empty for a centroid. */
  readonly texts: readonly string[];
}

function centroid(vectors: readonly Float32Array[], dimensions: number): Float32Array {
  const sum = new Float32Array(dimensions);
  for (const vector of vectors) for (let d = 0; d < dimensions; d++) sum[d]! += vector[d]!;
  return sum;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}

/** Up to `most` positions that cover `vectors`: each next one is the farthest from those before. */
function spread(vectors: readonly Float32Array[], most: number): number[] {
  if (vectors.length <= most) return vectors.map((_, i) => i);
  const nearest = new Float32Array(vectors.length).fill(-Infinity);
  const chosen: number[] = [];
  let next = 0;
  while (chosen.length < most) {
    chosen.push(next);
    for (let i = 0; i < vectors.length; i++) {
      nearest[i] = Math.max(nearest[i]!, dot(vectors[i]!, vectors[next]!));
    }
    for (const taken of chosen) nearest[taken] = Infinity;
    for (let i = 0; i < vectors.length; i++) if (nearest[i]! < nearest[next]!) next = i;
  }
  return chosen.sort((a, b) => a - b);
}

/** Chooses and encodes the prototypes of each route, at most `most` utterances of one. Yields after each. */
export function* buildPrototypes(
  routes: readonly {
    readonly texts: readonly string[];
    readonly vectors: readonly Float32Array[];
  }[],
  options: { readonly dimensions: number; readonly most: number },
): Generator<void, PrototypeData> {
  const { dimensions } = options;
  const offsets = [0];
  const rows: Float32Array[] = [];
  const texts: string[] = [];
  for (const route of routes) {
    if (route.vectors.length > 0) {
      rows.push(centroid(route.vectors, dimensions));
      texts.push("");
      for (const i of spread(route.vectors, options.most)) {
        rows.push(route.vectors[i]!);
        texts.push(route.texts[i]!);
      }
    }
    offsets.push(rows.length);
    yield;
  }
  const codes = new Int8Array(rows.length * dimensions);
  const scales = new Float32Array(rows.length);
  rows.forEach((row, r) => {
    let peak = 0;
    for (let d = 0; d < dimensions; d++) peak = Math.max(peak, Math.abs(row[d]!));
    const factor = peak === 0 ? 0 : 127 / peak;
    let squares = 0;
    for (let d = 0; d < dimensions; d++) {
      const code = Math.round(row[d]! * factor);
      codes[r * dimensions + d] = code;
      squares += code * code;
    }
    scales[r] = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  });
  return { dimensions, offsets: Int32Array.from(offsets), codes, scales, texts };
}

/** Cosine of `vector` to row `row`. */
export function rowCosine(data: PrototypeData, row: number, vector: Float32Array): number {
  const { codes, dimensions } = data;
  const offset = row * dimensions;
  let sum = 0;
  for (let d = 0; d < dimensions; d++) sum += codes[offset + d]! * vector[d]!;
  return sum * data.scales[row]!;
}

/** The utterances of `route` that are nearest to `vector`, best first. */
export function nearestUtterances(
  data: PrototypeData,
  query: { route: number; vector: Float32Array; count: number },
): { readonly text: string; readonly cosine: number }[] {
  const found: { text: string; cosine: number }[] = [];
  for (let row = data.offsets[query.route]! + 1; row < data.offsets[query.route + 1]!; row++) {
    found.push({ text: data.texts[row]!, cosine: rowCosine(data, row, query.vector) });
  }
  return found.sort((a, b) => b.cosine - a.cosine).slice(0, query.count);
}
