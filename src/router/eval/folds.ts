/**
 * Cross-validation: which rows are held out when.
 *
 * @module
 */

import { seededRandom, shuffle } from "../head/random.ts";
import type { LabelledText } from "./labelled.ts";

/** Positions of the rows to learn from and of the rows to be asked about. */
export interface Fold {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * Divides rows into `folds` parts, each label evenly over them (stratified); each part is the test of
 * one fold. The same seed gives the same parts. Throws `RangeError` for fewer than two.
 */
export function crossValidationFolds(
  rows: readonly LabelledText[],
  options: { readonly folds: number; readonly seed: number },
): Fold[] {
  const { folds } = options;
  if (!Number.isInteger(folds) || folds < 2) {
    throw new RangeError(`folds must be a whole number from 2, got ${folds}`);
  }
  const random = seededRandom(options.seed);
  const part = new Int32Array(rows.length);
  const byLabel = Map.groupBy(rows.map((_, i) => i), (i) => rows[i]!.label);
  let next = 0;
  for (const label of [...byLabel.keys()].sort()) {
    for (const i of shuffle([...byLabel.get(label)!], random)) {
      part[i] = next;
      next = (next + 1) % folds;
    }
  }
  return Array.from({ length: folds }, (_, fold) => ({
    train: rows.flatMap((_, i) => part[i] === fold ? [] : [i]),
    test: rows.flatMap((_, i) => part[i] === fold ? [i] : []),
  }));
}

/** Up to `perLabel` rows of each label, drawn by `seed`, in their order. */
export function drawRows<T extends { readonly label: string }>(
  rows: readonly T[],
  options: { readonly perLabel: number; readonly seed: number },
): T[] {
  const random = seededRandom(options.seed);
  const kept = new Set<number>();
  const byLabel = Map.groupBy(rows.map((_, i) => i), (i) => rows[i]!.label);
  for (const label of [...byLabel.keys()].sort()) {
    for (const i of shuffle([...byLabel.get(label)!], random).slice(0, options.perLabel)) {
      kept.add(i);
    }
  }
  return rows.filter((_, i) => kept.has(i));
}
