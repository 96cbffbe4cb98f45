/**
 * Signs of vectors as bits: a quick first look that leaves few rows to compare.
 *
 * @module
 */

import { quantizeBits } from "./quantize.ts";
import { createKernel, type Kernel } from "./scan.ts";

const pageBytes = 65_536;
const rowsAtOnce = 4_096;

/** One bit a dimension of each row, in the order in which they were added. */
export class BitIndex {
  readonly #dimensions: number;
  /** Bytes of a row: a multiple of 8. */
  readonly #stride: number;
  readonly #kernel: Kernel;
  readonly #outAt: number;
  readonly #rowsAt: number;
  #rows = 0;
  #distances = new Uint16Array(0);

  /** An empty index. */
  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.#stride = Math.ceil(dimensions / 64) * 8;
    this.#kernel = createKernel();
    this.#outAt = this.#stride;
    this.#rowsAt = this.#outAt + rowsAtOnce * 4;
    this.#reserve(this.#rowsAt);
  }

  /** Rows that were added. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes in memory. */
  get sizeBytes(): number {
    return this.#kernel.memory.buffer.byteLength + this.#distances.byteLength;
  }

  #reserve(endByte: number): void {
    const missing = endByte - this.#kernel.memory.buffer.byteLength;
    if (missing > 0) this.#kernel.memory.grow(Math.ceil(missing / pageBytes));
  }

  #bits(at: number): Uint8Array {
    return new Uint8Array(this.#kernel.memory.buffer, at, this.#stride);
  }

  /** Adds a row by its codes or its vector. */
  append(vector: Float32Array | Int8Array): void {
    const at = this.#rowsAt + this.#rows * this.#stride;
    this.#reserve(at + this.#stride);
    quantizeBits(vector.subarray(0, this.#dimensions), this.#bits(at));
    this.#rows++;
  }

  /** At least `keep` rows whose signs differ least from the query's, ascending; all if there are fewer. */
  candidates(query: Float32Array, keep: number): number[] {
    quantizeBits(query, this.#bits(0));
    if (this.#distances.length < this.#rows) {
      this.#distances = new Uint16Array(Math.ceil(this.#rows / rowsAtOnce) * rowsAtOnce);
    }
    const counts = new Uint32Array(this.#dimensions + 1);
    for (let first = 0; first < this.#rows; first += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, this.#rows - first);
      this.#kernel.hamming(
        0,
        this.#rowsAt + first * this.#stride,
        this.#outAt,
        rows,
        this.#stride,
      );
      const found = new Int32Array(this.#kernel.memory.buffer, this.#outAt, rows);
      for (let i = 0; i < rows; i++) {
        const distance = found[i]!;
        this.#distances[first + i] = distance;
        counts[distance]!++;
      }
    }
    let limit = 0;
    for (let sum = counts[0]!; sum < keep && limit < this.#dimensions;) sum += counts[++limit]!;
    const rows: number[] = [];
    for (let row = 0; row < this.#rows; row++) if (this.#distances[row]! <= limit) rows.push(row);
    return rows;
  }
}
