/**
 * Whether a text belongs to any route at all, as a probability: a logistic regression over a few
 * signals, and the temperature that makes a softmax's values probabilities (Guo et al., 2017).
 *
 * @module
 */

/** Signals of one text, in this order. */
export const signalNames = ["energy", "confidence", "likeness"] as const;

/** One text's signals: log-sum-exp of the logits, log of the best probability, cosine to the best route. */
export type Signals = readonly [energy: number, confidence: number, likeness: number];

/** A fitted gate: `sigmoid(bias + weights . signals)` is the probability of belonging to a route. */
export interface Gate {
  readonly bias: number;
  readonly weights: readonly number[];
}

/** A gate that lets everything through. */
export const openGate: Gate = { bias: 6, weights: [0, 0, 0] };

/** The probability, 0 to 1, that a text with these signals belongs to one of the routes. */
export function passes(gate: Gate, signals: Signals): number {
  let logit = gate.bias;
  for (let i = 0; i < signals.length; i++) logit += gate.weights[i]! * signals[i]!;
  return 1 / (1 + Math.exp(-logit));
}

/** A text whose answer is known. */
export interface GateSample {
  readonly signals: Signals;
  readonly inScope: boolean;
  readonly weight: number;
}

const iterations = 25;
/** Pull of the standardised weights towards zero, so that separable samples stay finite. */
const ridge = 2;

/**
 * Fits a gate by Newton's method. Weights are kept from being negative: more likeness never makes a
 * text more foreign. Returns {@linkcode openGate} where one of both kinds is missing.
 */
export function fitGate(samples: readonly GateSample[]): Gate {
  const some = (inScope: boolean) => samples.some((sample) => sample.inScope === inScope);
  if (!some(true) || !some(false)) return openGate;
  const size = signalNames.length;
  const { mean, deviation } = standard(samples, size);
  const active = Array.from({ length: size }, (_, i) => i).filter((i) => deviation[i]! > 1e-9);
  for (;;) {
    const weights = newton(samples, active, { mean, deviation });
    const worst = active.filter((_, i) => weights[i + 1]! < 0)
      .sort((a, b) => weights[active.indexOf(a) + 1]! - weights[active.indexOf(b) + 1]!)[0];
    if (worst !== undefined) {
      active.splice(active.indexOf(worst), 1);
      continue;
    }
    const raw = new Array<number>(size).fill(0);
    let bias = weights[0]!;
    active.forEach((signal, i) => {
      raw[signal] = weights[i + 1]! / deviation[signal]!;
      bias -= raw[signal]! * mean[signal]!;
    });
    return { bias, weights: raw };
  }
}

function standard(
  samples: readonly GateSample[],
  size: number,
): { mean: number[]; deviation: number[] } {
  const mean = new Array<number>(size).fill(0);
  const deviation = new Array<number>(size).fill(0);
  let total = 0;
  for (const { signals, weight } of samples) {
    total += weight;
    for (let i = 0; i < size; i++) mean[i]! += weight * signals[i]!;
  }
  for (let i = 0; i < size; i++) mean[i]! /= total;
  for (const { signals, weight } of samples) {
    for (let i = 0; i < size; i++) deviation[i]! += weight * (signals[i]! - mean[i]!) ** 2;
  }
  return { mean, deviation: deviation.map((sum) => Math.sqrt(sum / total)) };
}

function newton(
  samples: readonly GateSample[],
  active: readonly number[],
  scale: { mean: number[]; deviation: number[] },
): number[] {
  const size = active.length + 1;
  const weights = new Array<number>(size).fill(0);
  const row = new Array<number>(size).fill(1);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const gradient = weights.map((weight, i) => i === 0 ? 0 : ridge * weight);
    const hessian = gradient.map((_, i) =>
      gradient.map((_, j) => i === j ? (i === 0 ? 1e-6 : ridge) : 0)
    );
    for (const { signals, inScope, weight } of samples) {
      let logit = weights[0]!;
      active.forEach((signal, i) => {
        row[i + 1] = (signals[signal]! - scale.mean[signal]!) / scale.deviation[signal]!;
        logit += weights[i + 1]! * row[i + 1]!;
      });
      const p = 1 / (1 + Math.exp(-logit));
      for (let i = 0; i < size; i++) {
        gradient[i]! += weight * (p - (inScope ? 1 : 0)) * row[i]!;
        for (let j = 0; j < size; j++) {
          hessian[i]![j]! += weight * p * (1 - p) * row[i]! * row[j]!;
        }
      }
    }
    const change = solve(hessian, gradient);
    let largest = 0;
    for (let i = 0; i < size; i++) {
      const step = Math.max(-4, Math.min(4, change[i]!));
      weights[i]! -= step;
      largest = Math.max(largest, Math.abs(step));
    }
    if (largest < 1e-7) break;
  }
  return weights;
}

/** Solves a small symmetric system by Gaussian elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let r = i + 1; r < size; r++) {
      if (Math.abs(rows[r]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = r;
    }
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    const diagonal = rows[i]![i]! || 1e-12;
    for (let r = 0; r < size; r++) {
      if (r === i) continue;
      const factor = rows[r]![i]! / diagonal;
      for (let c = i; c <= size; c++) rows[r]![c]! -= factor * rows[i]![c]!;
    }
  }
  return rows.map((row, i) => row[size]! / (row[i]! || 1e-12));
}

/** Logits of a text whose route is known. */
export interface CalibrationSample {
  readonly logits: Float32Array;
  readonly label: number;
}

const coldest = 0.05;
const hottest = 20;

/** The temperature that makes the samples likeliest, by golden-section search; 1 without samples. */
export function fitTemperature(samples: readonly CalibrationSample[]): number {
  if (samples.length === 0) return 1;
  const loss = (logTemperature: number) => {
    const inverse = Math.exp(-logTemperature);
    let sum = 0;
    for (const { logits, label } of samples) {
      sum += logSumExp(logits, inverse) - logits[label]! * inverse;
    }
    // A faint pull towards 1 decides where the samples say nothing (all right, or all wrong).
    return sum + 0.5 * logTemperature ** 2;
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(coldest);
  let high = Math.log(hottest);
  while (high - low > 1e-4) {
    const a = high - golden * (high - low);
    const b = low + golden * (high - low);
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/** log of the sum of exp(logits * inverse temperature). */
export function logSumExp(logits: Float32Array, inverse: number): number {
  let max = -Infinity;
  for (let c = 0; c < logits.length; c++) if (logits[c]! > max) max = logits[c]!;
  let sum = 0;
  for (let c = 0; c < logits.length; c++) sum += Math.exp((logits[c]! - max) * inverse);
  return max * inverse + Math.log(sum);
}
