/**
 * Cuts token sequences that a model can't read at once, and puts the parts' vectors together.
 *
 * @module
 */

/** A part of a text's tokens. */
export interface TokenWindow {
  /** Which text it is from. */
  readonly text: number;
  /** Token ids, special tokens included. */
  readonly ids: readonly number[];
  /** Tokens of the text that count for this part, and weigh its vector. */
  readonly weight: number;
}

/** How texts are cut. */
export interface WindowOptions {
  /** Longest sequence, special tokens included. */
  readonly maxTokens: number;
  /** Tokens that two neighbouring parts share, so that what is cut apart is seen whole once. */
  readonly overlapTokens: number;
}

/**
 * Cuts `ids` (special tokens at both ends) into sequences of at most `maxTokens`, each with the
 * special tokens at its ends.
 */
export function cutTokens(
  ids: readonly number[],
  text: number,
  options: WindowOptions,
): TokenWindow[] {
  const { maxTokens, overlapTokens } = options;
  const inner = Math.max(ids.length - 2, 0);
  if (ids.length <= maxTokens) return [{ text, ids, weight: Math.max(inner, 1) }];
  const [first = 0, last = 0] = [ids[0], ids[ids.length - 1]];
  const room = maxTokens - 2;
  const step = room - overlapTokens;
  const windows: TokenWindow[] = [];
  for (let start = 0;; start += step) {
    const end = Math.min(start + room, inner);
    windows.push({
      text,
      ids: [first, ...ids.slice(1 + start, 1 + end), last],
      weight: end - start,
    });
    if (end === inner) return windows;
  }
}

/** Groups windows of similar length, each group of at most `budgetTokens` with its padding. */
export function batchWindows(
  windows: readonly TokenWindow[],
  budgetTokens: number,
): TokenWindow[][] {
  const sorted = windows.toSorted((a, b) => a.ids.length - b.ids.length);
  const batches: TokenWindow[][] = [];
  let batch: TokenWindow[] = [];
  for (const window of sorted) {
    if (batch.length > 0 && (batch.length + 1) * window.ids.length > budgetTokens) {
      batches.push(batch);
      batch = [];
    }
    batch.push(window);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** Scales `vector` to length 1 in place; a vector of zeros stays one. */
export function normalize(vector: Float32Array): void {
  let squares = 0;
  for (const x of vector) squares += x * x;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) * scale;
}
