/**
 * Matrices in WebAssembly memory and the products that training and scoring need.
 *
 * @module
 */

import { kernelModule } from "./wasm_module.ts";

const pageBytes = 65_536;
const alignment = 32;

interface KernelExports {
  product(
    a: number,
    aStride: number,
    aStep: number,
    b: number,
    bStride: number,
    c: number,
    cStride: number,
    rows: number,
    columns: number,
    inner: number,
  ): void;
  gather(
    indexes: number,
    values: number,
    count: number,
    table: number,
    stride: number,
    out: number,
    columns: number,
  ): void;
  scatter(
    indexes: number,
    values: number,
    count: number,
    table: number,
    stride: number,
    row: number,
    columns: number,
  ): void;
  adam(w: number, g: number, m: number, v: number, p: number, count: number): void;
  dots(codes: number, vector: number, out: number, rows: number, dimensions: number): void;
}

/** Compiled once: what the engine optimises while one kernel runs serves all. */
let compiled: WebAssembly.Module | undefined;

/** Rounds up to a multiple, as tiles need it. */
export function padTo(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Where a matrix lies: its byte address, shape and view. Rows follow one another without gaps. */
export interface Matrix {
  readonly address: number;
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array<ArrayBuffer>;
}

/** A block of integers. */
export interface Integers {
  readonly address: number;
  readonly data: Int32Array<ArrayBuffer>;
}

/** Rows of 8 bit codes. */
export interface CodeRows {
  readonly address: number;
  /** Bytes from one row to the next: the dimensions, padded to a multiple of 8. */
  readonly stride: number;
  readonly data: Int8Array<ArrayBuffer>;
}

/** A vector of 16 bit numbers. */
export interface ShortVector {
  readonly address: number;
  readonly data: Int16Array<ArrayBuffer>;
}

/** How much a {@linkcode Kernel} must hold. */
export interface KernelSize {
  /** Numbers of four bytes each, over all matrices. */
  readonly numbers: number;
  /** Matrices and blocks, for what alignment wastes. */
  readonly blocks: number;
}

/**
 * One memory of a fixed size, handed out piece by piece, with the loops that work in it.
 * It is freed as a whole by the garbage collector.
 */
export class Kernel {
  readonly #buffer: ArrayBuffer;
  readonly #exports: KernelExports;
  #next = 0;

  /** Makes a memory of `size`. Throws `RangeError` when there is none. */
  constructor(size: KernelSize) {
    const bytes = size.numbers * 4 + size.blocks * alignment;
    const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(bytes / pageBytes)) });
    compiled ??= new WebAssembly.Module(kernelModule());
    const instance = new WebAssembly.Instance(compiled, { env: { memory } });
    this.#buffer = memory.buffer as ArrayBuffer;
    this.#exports = instance.exports as unknown as KernelExports;
  }

  /** A matrix of zeros. */
  matrix(rows: number, columns: number): Matrix {
    const address = this.#take(rows * columns);
    return {
      address,
      rows,
      columns,
      data: new Float32Array(this.#buffer, address, rows * columns),
    };
  }

  /** A block of integers, all zero. */
  integers(count: number): Integers {
    const address = this.#take(count);
    return { address, data: new Int32Array(this.#buffer, address, count) };
  }

  /** Rows of codes, all zero. */
  codes(rows: number, dimensions: number): CodeRows {
    const stride = padTo(dimensions, 8);
    const address = this.#take(rows * stride / 4);
    return { address, stride, data: new Int8Array(this.#buffer, address, rows * stride) };
  }

  /** A vector of 16 bit zeros, padded to a multiple of 8. */
  shorts(dimensions: number): ShortVector {
    const count = padTo(dimensions, 8);
    const address = this.#take(count / 2);
    return { address, data: new Int16Array(this.#buffer, address, count) };
  }

  /**
   * Products of `vector` with `count` rows of codes from `first`: four partial sums a row in `out`,
   * which has room for `4 * count`.
   */
  dots(
    rows: { readonly codes: CodeRows; readonly first: number; readonly count: number },
    vector: ShortVector,
    out: Integers,
  ): void {
    const { codes, first, count } = rows;
    if (count === 0 || codes.stride === 0) return;
    this.#exports.dots(
      codes.address + first * codes.stride,
      vector.address,
      out.address,
      count,
      codes.stride,
    );
  }

  /**
   * `c += a b` for all rows of `c` (a multiple of 4), all columns of `b` (a multiple of 8) and `inner`
   * columns of `a`; or with `transposed`, `c += a' b` for `inner` rows of `a`.
   */
  product(a: Matrix, b: Matrix, options: {
    readonly into: Matrix;
    readonly inner: number;
    readonly transposed?: boolean;
  }): void {
    const { into: c, inner, transposed = false } = options;
    if (c.rows === 0 || inner === 0) return;
    const line = a.columns * 4;
    this.#exports.product(
      a.address,
      transposed ? 4 : line,
      transposed ? line : 4,
      b.address,
      b.columns * 4,
      c.address,
      c.columns * 4,
      c.rows,
      b.columns,
      inner,
    );
  }

  /** `out[outRow] += sum of values[i] * table[indexes[i]]` for `i` from `first`, `count` of them. */
  gather(
    sparse: {
      readonly indexes: Integers;
      readonly values: Matrix;
      readonly first: number;
      readonly count: number;
    },
    table: Matrix,
    out: { matrix: Matrix; row: number },
  ): void {
    if (sparse.count === 0) return;
    this.#exports.gather(
      sparse.indexes.address + sparse.first * 4,
      sparse.values.address + sparse.first * 4,
      sparse.count,
      table.address,
      table.columns * 4,
      out.matrix.address + out.row * out.matrix.columns * 4,
      table.columns,
    );
  }

  /** `table[indexes[i]] += steps[i] * from[fromRow]`, `count` of them from `first` (steps from 0). */
  scatter(
    sparse: { indexes: Integers; steps: Matrix; first: number; count: number },
    table: Matrix,
    from: { matrix: Matrix; row: number },
  ): void {
    if (sparse.count === 0) return;
    this.#exports.scatter(
      sparse.indexes.address + sparse.first * 4,
      sparse.steps.address,
      sparse.count,
      table.address,
      table.columns * 4,
      from.matrix.address + from.row * from.matrix.columns * 4,
      table.columns,
    );
  }

  /**
   * One step of Adam on `state.weights`, all of the same shape (a multiple of 4 numbers). `constants`
   * has eight: the share of the gradient that counts, the decay of the first moment and its
   * complement, the same of the second, the share of a weight that is kept, the step and a tiny number.
   */
  adam(
    state: { weights: Matrix; gradient: Matrix; first: Matrix; second: Matrix },
    constants: Matrix,
  ): void {
    const { weights, gradient, first, second } = state;
    if (weights.data.length === 0) return;
    this.#exports.adam(
      weights.address,
      gradient.address,
      first.address,
      second.address,
      constants.address,
      weights.data.length,
    );
  }

  #take(numbers: number): number {
    const address = this.#next;
    this.#next = padTo(address + numbers * 4, alignment);
    return address;
  }
}
