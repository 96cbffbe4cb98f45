/**
 * Vectors side by side in one typed array, with the dot products of all of them at once.
 *
 * @module
 */

import { DotKernel, quantiseRows } from "./dot_kernel.ts";

/** Rows of equal length: exact for one, near enough for all. */
export class VectorTable {
  /** Rows. */
  readonly rows: number;
  /** Length of a row; 0 when there are none. */
  readonly dimensions: number;
  readonly #data: Float32Array;
  readonly #kernel: DotKernel;

  /** Copies `vectors`. Throws `TypeError` when their lengths differ. */
  constructor(vectors: readonly Float32Array[]) {
    this.rows = vectors.length;
    this.dimensions = vectors[0]?.length ?? 0;
    this.#data = new Float32Array(this.rows * this.dimensions);
    vectors.forEach((vector, row) => {
      if (vector.length !== this.dimensions) {
        throw new TypeError(
          `Cannot index a vector of ${vector.length} dimensions beside ones of ${this.dimensions}`,
        );
      }
      this.#data.set(vector, row * this.dimensions);
    });
    this.#kernel = new DotKernel(quantiseRows(vectors, this.dimensions));
  }

  /** Whether `vector` is of the same space, as far as its length tells. */
  comparable(vector: Float32Array | undefined): vector is Float32Array {
    return vector !== undefined && this.rows > 0 && vector.length === this.dimensions;
  }

  /** Exact dot product of `query` with one row. */
  dot(row: number, query: Float32Array): number {
    const offset = row * this.dimensions;
    let sum = 0;
    for (let i = 0; i < this.dimensions; i++) sum += this.#data[offset + i]! * query[i]!;
    return sum;
  }

  /**
   * Dot products of `query` with every row, off by about 0.001 for unit vectors; the array is
   * reused by the next call.
   */
  dotAll(query: Float32Array): Float32Array {
    return this.#kernel.dotAll(query);
  }

  /** Sets what `dotRange` compares with. */
  setQuery(query: Float32Array): void {
    this.#kernel.setQuery(query);
  }

  /** As `dotAll`, but only the rows from `first` up to, not including, `end` are computed. */
  dotRange(first: number, end: number): Float32Array {
    return this.#kernel.dotRange(first, end);
  }
}
