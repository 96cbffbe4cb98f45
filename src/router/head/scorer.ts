/**
 * Logits of a text: the hot path, in flat arrays that are made once.
 *
 * @module
 */

import { type Integers, Kernel, type Matrix, padTo } from "./kernel.ts";
import type { QuantizedTable } from "./types.ts";
import { type SparseText, Vocabulary } from "./vocabulary.ts";

/** The parts of a head that logits come from. */
export interface LinearParts {
  readonly bias: Float32Array;
  readonly textBias: Float32Array;
  readonly dense: QuantizedTable<Int16Array>;
  readonly grams: Uint32Array;
  readonly gramWeights: Float32Array;
  readonly sparse: QuantizedTable<Int8Array>;
}

/** Computes logits into a buffer of its own; one scorer serves one text at a time. */
export class LinearScorer {
  /** Logits of the last text, one a route. */
  readonly logits: Float32Array;
  readonly vocabulary: Vocabulary;
  readonly #parts: LinearParts;
  readonly #kernel: Kernel;
  readonly #dense: Matrix;
  readonly #everyDimension: Integers;
  readonly #vector: Matrix;
  readonly #out: Matrix;
  #known: SparseText;

  /** Unpacks `parts`. */
  constructor(parts: LinearParts) {
    const classes = parts.bias.length;
    const stride = padTo(classes, 8);
    const dimensions = parts.dense.rows;
    this.#parts = parts;
    this.vocabulary = new Vocabulary(parts.grams, parts.gramWeights);
    this.#known = this.vocabulary.read("");
    this.#kernel = new Kernel({ numbers: stride * (dimensions + 1) + 2 * dimensions, blocks: 4 });
    this.#dense = this.#kernel.matrix(dimensions, stride);
    this.#everyDimension = this.#kernel.integers(dimensions);
    this.#vector = this.#kernel.matrix(1, dimensions);
    this.#out = this.#kernel.matrix(1, stride);
    for (let d = 0; d < dimensions; d++) {
      this.#everyDimension.data[d] = d;
      const scale = parts.dense.scales[d]!;
      for (let c = 0; c < classes; c++) {
        this.#dense.data[d * stride + c] = parts.dense.codes[d * classes + c]! * scale;
      }
    }
    this.logits = this.#out.data.subarray(0, classes);
  }

  /** Fills {@linkcode LinearScorer.logits}. A vector of another length counts as none. */
  score(text: string, vector: Float32Array | undefined): void {
    this.#known = this.vocabulary.read(text);
    this.scoreAgain(vector);
  }

  /** The same for the text of the last call, with another vector. */
  scoreAgain(vector: Float32Array | undefined): void {
    const dimensions = this.#parts.dense.rows;
    if (vector === undefined || vector.length !== dimensions || dimensions === 0) {
      this.logits.set(this.#parts.textBias);
    } else {
      this.logits.set(this.#parts.bias);
      this.#vector.data.set(vector);
      this.#kernel.gather(
        { indexes: this.#everyDimension, values: this.#vector, first: 0, count: dimensions },
        this.#dense,
        { matrix: this.#out, row: 0 },
      );
    }
    const { codes, scales } = this.#parts.sparse;
    const logits = this.logits;
    const classes = logits.length;
    const { rows, values, count } = this.#known;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const factor = values[i]! * scales[row]!;
      const offset = row * classes;
      for (let c = 0; c < classes; c++) logits[c]! += factor * codes[offset + c]!;
    }
  }

  /** The `count` best routes of the last text, best first; equal ones in the order of their names. */
  best(count: number): number[] {
    const found: number[] = [];
    for (let c = 0; c < this.logits.length; c++) {
      let at = found.length;
      while (at > 0 && this.logits[c]! > this.logits[found[at - 1]!]!) at--;
      if (at >= count) continue;
      found.splice(at, 0, c);
      if (found.length > count) found.pop();
    }
    return found;
  }
}
