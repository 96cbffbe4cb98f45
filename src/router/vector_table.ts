/**
 * Vectors side by side in one typed array, with the dot products of all of them at once.
 *
 * @module
 */

/** Rows of equal length in one `Float32Array`. */
export class VectorTable {
  /** Rows. */
  readonly rows: number;
  /** Length of a row; 0 when there are none. */
  readonly dimensions: number;
  readonly #data: Float32Array;

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
  }

  /** One row; a view, not a copy. */
  row(row: number): Float32Array {
    return this.#data.subarray(row * this.dimensions, (row + 1) * this.dimensions);
  }

  /** Writes the dot product of `query` with every row into `into`. */
  dotAll(query: Float32Array, into: Float32Array): void {
    const { dimensions, rows } = this;
    const data = this.#data;
    let offset = 0;
    for (let row = 0; row < rows; row++, offset += dimensions) {
      into[row] = dotAt(data, offset, query);
    }
  }
}

/** Dot product of `query` with the row that begins at `offset`; four sums, to keep the adders busy. */
function dotAt(data: Float32Array, offset: number, query: Float32Array): number {
  const length = query.length;
  let a = 0, b = 0, c = 0, d = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    a += data[offset + i]! * query[i]!;
    b += data[offset + i + 1]! * query[i + 1]!;
    c += data[offset + i + 2]! * query[i + 2]!;
    d += data[offset + i + 3]! * query[i + 3]!;
  }
  for (; i < length; i++) a += data[offset + i]! * query[i]!;
  return a + b + c + d;
}
