/**
 * Vectors of one collection in the kernel's memory, as codes in blocks of rows.
 *
 * @module
 */

import { BitIndex } from "./bit_index.ts";
import { type Nearest, scoreError } from "./nearest.ts";
import {
  quantizeQueryRelaxed,
  quantizeQueryWide,
  quantizeRow,
  type QueryScale,
} from "./quantize.ts";
import { createKernel, type Kernel } from "./scan.ts";
import { strideOf } from "./segment.ts";
import { Top } from "./top.ts";

/** Rows of a block. */
export const blockRows = 1024;

const pageBytes = 65_536;
const outBytes = blockRows * 8;

/** Rows as they are stored: numbers, scales, sums and codes one after another. */
export interface CodedRows {
  readonly seqs: Uint32Array;
  readonly scales: Float32Array;
  readonly sums: Int32Array;
  /** `stride` bytes a row. */
  readonly codes: Int8Array;
}

/** Which rows a search may find. */
export interface Allowed {
  /** Numbers of the rows, ascending. */
  readonly seqs: readonly number[];
}

/** How rows are compared. */
interface ScanOptions {
  /** What was added to each of the query's components. */
  readonly offset: number;
  readonly top: Top;
  /** Whether a row may be found; all may without. */
  readonly mask?: (row: number) => boolean;
  /** What a row is called in `top`; by its place without. */
  readonly keyOf?: (row: number) => number;
}

/** Codes of vectors, ascending by their number `seq`. A removed row stays until a reload. */
export class VectorIndex {
  readonly dimensions: number;
  /** Bytes of a row's codes: the dimensions rounded up to 16. */
  readonly stride: number;
  readonly #kernel: Kernel;
  readonly #queryAt = 0;
  readonly #outAt: number;
  readonly #blocksAt: number;
  readonly #blockBytes: number;
  readonly #seqs: Uint32Array[] = [];
  #rows = 0;
  #removed = 0;
  #bits: BitIndex | undefined;

  /** An empty index. */
  constructor(dimensions: number, options: { kernel?: Kernel } = {}) {
    this.dimensions = dimensions;
    this.stride = strideOf(dimensions);
    this.#kernel = options.kernel ?? createKernel();
    this.#outAt = this.stride * 2;
    this.#blocksAt = this.#outAt + outBytes;
    this.#blockBytes = blockRows * (8 + this.stride);
    this.#reserve(this.#blocksAt);
  }

  /** Rows that a search can find. */
  get size(): number {
    return this.#rows - this.#removed;
  }

  /** Rows in memory, removed ones included. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes in memory. */
  get sizeBytes(): number {
    return this.#kernel.memory.buffer.byteLength + this.#seqs.length * blockRows * 4 +
      (this.#bits?.sizeBytes ?? 0);
  }

  /** Number of the last row; 0 when there is none. */
  get lastSeq(): number {
    return this.#rows === 0 ? 0 : this.#seqAt(this.#rows - 1);
  }

  #reserve(endByte: number): void {
    const missing = endByte - this.#kernel.memory.buffer.byteLength;
    if (missing > 0) this.#kernel.memory.grow(Math.ceil(missing / pageBytes));
  }

  #seqAt(row: number): number {
    return this.#seqs[Math.floor(row / blockRows)]![row % blockRows]!;
  }

  #blockAt(block: number): number {
    return this.#blocksAt + block * this.#blockBytes;
  }

  #scales(block: number): Float32Array {
    return new Float32Array(this.#kernel.memory.buffer, this.#blockAt(block), blockRows);
  }

  #sums(block: number): Int32Array {
    return new Int32Array(
      this.#kernel.memory.buffer,
      this.#blockAt(block) + blockRows * 4,
      blockRows,
    );
  }

  #codes(block: number, options: { row: number; rows: number }): Int8Array {
    return new Int8Array(
      this.#kernel.memory.buffer,
      this.#blockAt(block) + blockRows * 8 + options.row * this.stride,
      options.rows * this.stride,
    );
  }

  #addBlock(): void {
    const block = this.#seqs.length;
    this.#reserve(this.#blockAt(block + 1));
    this.#seqs.push(new Uint32Array(blockRows));
  }

  /** Adds a vector. Its number must be greater than all before. */
  append(seq: number, vector: Float32Array): void {
    const block = Math.floor(this.#rows / blockRows);
    const row = this.#rows % blockRows;
    if (row === 0) this.#addBlock();
    const { scale, sum } = quantizeRow(vector, this.#codes(block, { row, rows: 1 }));
    this.#scales(block)[row] = scale;
    this.#sums(block)[row] = sum;
    this.#seqs[block]![row] = seq;
    this.#rows++;
  }

  /** Adds rows whose codes are known, as of a segment. */
  appendCoded(coded: CodedRows): void {
    let from = 0;
    while (from < coded.seqs.length) {
      const block = Math.floor(this.#rows / blockRows);
      const row = this.#rows % blockRows;
      if (row === 0) this.#addBlock();
      const rows = Math.min(blockRows - row, coded.seqs.length - from);
      const to = from + rows;
      this.#seqs[block]!.set(coded.seqs.subarray(from, to), row);
      this.#scales(block).set(coded.scales.subarray(from, to), row);
      this.#sums(block).set(coded.sums.subarray(from, to), row);
      this.#codes(block, { row, rows }).set(
        coded.codes.subarray(from * this.stride, to * this.stride),
      );
      this.#rows += rows;
      from = to;
    }
  }

  /** The first row whose number is greater than `seq`. */
  #firstAfter(seq: number): number {
    let low = 0;
    let high = this.#rows;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#seqAt(middle) > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #rowOf(seq: number): number | undefined {
    const row = this.#firstAfter(seq) - 1;
    return row >= 0 && this.#seqAt(row) === seq ? row : undefined;
  }

  /** The rows of numbers, both ascending. */
  #rowsOf(seqs: readonly number[]): number[] {
    const rows: number[] = [];
    // Looking each up takes about 17 steps among 100,000; many are found sooner side by side.
    if (seqs.length * 16 < this.#rows) {
      for (const seq of seqs) {
        const row = this.#rowOf(seq);
        if (row !== undefined) rows.push(row);
      }
      return rows;
    }
    let i = 0;
    for (let row = 0; row < this.#rows && i < seqs.length; row++) {
      const seq = this.#seqAt(row);
      while (i < seqs.length && seqs[i]! < seq) i++;
      if (seqs[i] === seq) rows.push(row);
    }
    return rows;
  }

  /** Takes a row out of all later searches and wipes its codes; whether it was there. */
  remove(seq: number): boolean {
    const row = this.#rowOf(seq);
    if (row === undefined) return false;
    const block = Math.floor(row / blockRows);
    const scales = this.#scales(block);
    if (Number.isNaN(scales[row % blockRows]!)) return false;
    scales[row % blockRows] = NaN;
    this.#codes(block, { row: row % blockRows, rows: 1 }).fill(0);
    this.#removed++;
    return true;
  }

  /** Forgets all rows; the memory is kept for others. */
  clear(): void {
    this.#seqs.length = 0;
    this.#rows = 0;
    this.#removed = 0;
    this.#bits = undefined;
  }

  /**
   * Compares rows that are in memory only in turn: each call of `take` looks at those that are there
   * and forgets them. Until `found` is called, nothing else may be compared.
   */
  compareInTurn(query: Float32Array, limit: number): { take(): void; found(): Nearest } {
    const top = new Top(limit);
    const { offset, scale } = this.#writeQuery(query);
    let compared = 0;
    let largest = 0;
    const keyOf = (row: number) => {
      largest = Math.max(largest, this.#scaleAt(row));
      return this.#seqAt(row);
    };
    return {
      take: () => {
        this.#scanAll({ offset, top, keyOf });
        compared += this.size;
        this.clear();
      },
      found: () => {
        const entries = top.entries();
        return {
          seqs: entries.map(({ key }) => key),
          scores: entries.map(({ score }) => score),
          unit: scale,
          error: scoreError(largest, scale),
          compared,
        };
      },
    };
  }

  /** The `limit` rows nearest to `query` by their codes; only among `allowed` where given. */
  nearest(query: Float32Array, options: { limit: number; allowed?: Allowed }): Nearest {
    const top = new Top(options.limit);
    const written = this.#writeQuery(query);
    const { offset } = written;
    const { allowed } = options;
    if (allowed === undefined) {
      this.#scanAll({ offset, top });
      return this.#found(top, { query: written, compared: this.size });
    }
    const rows = this.#rowsOf(allowed.seqs);
    // Few rows are compared one by one; many are scanned whole and sorted out after.
    if (rows.length * 8 < this.#rows) {
      this.#scanFew(rows, { offset, top });
    } else {
      const allowedRows = new Uint8Array(this.#rows);
      for (const row of rows) allowedRows[row] = 1;
      this.#scanAll({ offset, top, mask: (number) => allowedRows[number] === 1 });
    }
    return this.#found(top, { query: written, compared: rows.length });
  }

  #found(top: Top, { query, compared }: { query: QueryScale; compared: number }): Nearest {
    const entries = top.entries();
    const largest = entries.reduce((scale, { key }) => Math.max(scale, this.#scaleAt(key)), 0);
    return {
      seqs: entries.map(({ key }) => this.#seqAt(key)),
      scores: entries.map(({ score }) => score),
      unit: query.scale,
      error: scoreError(largest, query.scale),
      compared,
    };
  }

  #scaleAt(row: number): number {
    return this.#scales(Math.floor(row / blockRows))[row % blockRows]!;
  }

  #scanAll(options: ScanOptions): void {
    for (let first = 0; first < this.#rows; first += blockRows) {
      this.#scanRows(first, { ...options, rows: Math.min(blockRows, this.#rows - first) });
    }
  }

  /**
   * As {@linkcode nearest}, but only rows whose signs are near the query's are compared by their
   * codes: about `keep` of them. Quicker, and as exact as the vectors' signs tell them apart.
   */
  nearestByBits(
    query: Float32Array,
    options: { limit: number; keep: number },
  ): Nearest {
    const bits = this.#bits ??= new BitIndex(this.dimensions);
    while (bits.rows < this.#rows) {
      const block = Math.floor(bits.rows / blockRows);
      bits.append(this.#codes(block, { row: bits.rows % blockRows, rows: 1 }));
    }
    const top = new Top(options.limit);
    const written = this.#writeQuery(query);
    const rows = bits.candidates(query, options.keep);
    this.#scanFew(rows, { offset: written.offset, top });
    return this.#found(top, { query: written, compared: rows.length });
  }

  /** Frees the bits. */
  dropBits(): void {
    this.#bits = undefined;
  }

  /** About the vector of the row at `place` of all rows, from its codes; undefined when removed. */
  sample(place: number): Float32Array<ArrayBuffer> | undefined {
    const row = Math.floor(place * this.#rows);
    const block = Math.floor(row / blockRows);
    const scale = this.#scaleAt(row);
    if (Number.isNaN(scale)) return undefined;
    const codes = this.#codes(block, { row: row % blockRows, rows: 1 });
    return Float32Array.from(codes.subarray(0, this.dimensions), (code) => code * scale);
  }

  /** Compares `rows`, ascending; those that follow one another in a block together. */
  #scanFew(rows: readonly number[], options: { offset: number; top: Top }): void {
    for (let i = 0; i < rows.length;) {
      const first = rows[i]!;
      let count = 1;
      while (rows[i + count] === first + count && (first + count) % blockRows !== 0) count++;
      this.#scanRows(first, { ...options, rows: count });
      i += count;
    }
  }

  #writeQuery(query: Float32Array): QueryScale {
    const { buffer } = this.#kernel.memory;
    new Uint8Array(buffer, this.#queryAt, this.stride * 2).fill(0);
    return this.#kernel.query.relaxed
      ? quantizeQueryRelaxed(query, new Uint8Array(buffer, this.#queryAt, this.stride))
      : quantizeQueryWide(query, new Int16Array(buffer, this.#queryAt, this.stride));
  }

  #scanRows(
    first: number,
    options: ScanOptions & { readonly rows: number },
  ): void {
    const { top, mask, keyOf } = options;
    const block = Math.floor(first / blockRows);
    const row = first % blockRows;
    const at = this.#blockAt(block);
    const end = this.#kernel.scan(
      this.#queryAt,
      options.offset,
      at + blockRows * 8 + row * this.stride,
      at + blockRows * 4 + row * 4,
      at + row * 4,
      this.#outAt,
      options.rows,
      this.stride,
      top.threshold,
    );
    const { buffer } = this.#kernel.memory;
    const found = (end - this.#outAt) / 8;
    const numbers = new Int32Array(buffer, this.#outAt, found * 2);
    const scores = new Float32Array(buffer, this.#outAt, found * 2);
    for (let i = 0; i < found; i++) {
      const row = first + numbers[i * 2]!;
      if (mask !== undefined && !mask(row)) continue;
      top.offer(keyOf === undefined ? row : keyOf(row), scores[i * 2 + 1]!);
    }
  }
}
