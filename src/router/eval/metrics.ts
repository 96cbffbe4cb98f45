/**
 * Measures of a classifier.
 *
 * @module
 */

/**
 * Area under the ROC curve: the probability that a value of `positive` is above one of `negative`,
 * ties counting half (Mann and Whitney's U). NaN when either is empty.
 */
export function auroc(positive: readonly number[], negative: readonly number[]): number {
  if (positive.length === 0 || negative.length === 0) return NaN;
  const values = [...positive, ...negative];
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  let rankSum = 0;
  for (let first = 0; first < order.length;) {
    let end = first;
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    for (let i = first; i < end; i++) {
      if (order[i]! < positive.length) rankSum += (first + 1 + end) / 2;
    }
    first = end;
  }
  const above = rankSum - positive.length * (positive.length + 1) / 2;
  return above / (positive.length * negative.length);
}

/** One bar of a reliability diagram. */
export interface ReliabilityBin {
  /** Scores from here, exclusive but for the first bin, */
  readonly from: number;
  /** to here, inclusive. */
  readonly to: number;
  readonly count: number;
  /** Mean score; NaN when empty. */
  readonly confidence: number;
  /** Share that is correct; NaN when empty. */
  readonly accuracy: number;
}

/** Bins of equal width over scores from 0 to 1. */
export function reliability(
  scores: readonly number[],
  correct: readonly boolean[],
  bins = 15,
): ReliabilityBin[] {
  const counts = new Array<number>(bins).fill(0);
  const sums = new Array<number>(bins).fill(0);
  const hits = new Array<number>(bins).fill(0);
  scores.forEach((score, i) => {
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(score * bins) - 1));
    counts[bin]!++;
    sums[bin]! += score;
    if (correct[i]) hits[bin]!++;
  });
  return counts.map((count, bin) => ({
    from: bin / bins,
    to: (bin + 1) / bins,
    count,
    confidence: sums[bin]! / count,
    accuracy: hits[bin]! / count,
  }));
}

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht, 2015): the mean distance between score
 * and accuracy over 15 bins of equal width, weighed by their sizes. NaN without scores.
 */
export function calibrationError(scores: readonly number[], correct: readonly boolean[]): number {
  if (scores.length === 0) return NaN;
  let sum = 0;
  for (const { count, confidence, accuracy } of reliability(scores, correct)) {
    if (count > 0) sum += count * Math.abs(confidence - accuracy);
  }
  return sum / scores.length;
}
