/**
 * The second look: of the routes that the linear part finds likeliest, the one whose utterances are
 * nearest. It tells apart what no plane can, such as a route of several subjects, and how much it
 * counts is learned from what was held out.
 *
 * @module
 */

import { type CodeRows, type Integers, Kernel, padTo, type ShortVector } from "./kernel.ts";
import type { PrototypeData } from "./prototypes.ts";

/** Likeliest routes that are looked at again. */
export const nearRoutes = 5;
/** Nearest utterances that count towards likeness. */
const nearestCount = 5;
/** Sharpness of the density: how much a nearer utterance counts more than one farther away. */
const sharpness = 32;

/** How near a text is to one route. */
export interface Nearness {
  /** Mean of the cosine to the centroid and of the cosines to the five nearest utterances. */
  readonly likeness: number;
  /** Log of the mean of `exp(32 (cosine - 1))` over the utterances. */
  readonly density: number;
}

/** The likeliest routes of a text with their densities. */
export interface Neighbours {
  /** Likeliest first. */
  readonly routes: readonly number[];
  readonly densities: readonly number[];
  /** The highest likeness among them. */
  readonly likeness: number;
}

/** Largest 16 bit number of a vector: with it, sums of 4,096 products fit into 32 bits. */
const largestShort = 16_383;

/** Finds out how near texts are to routes; holds the codes of their utterances for the kernel. */
export class NearnessIndex {
  readonly #data: PrototypeData;
  readonly #kernel: Kernel;
  readonly #codes: CodeRows;
  readonly #vector: ShortVector;
  readonly #sums: Integers;
  readonly #top = new Float64Array(nearestCount);
  #scale = 0;

  /** Copies the codes of `data`. */
  constructor(data: PrototypeData) {
    const { dimensions, offsets, codes } = data;
    const rows = data.scales.length;
    let most = 0;
    for (let r = 1; r < offsets.length; r++) most = Math.max(most, offsets[r]! - offsets[r - 1]!);
    const stride = padTo(dimensions, 8);
    this.#data = data;
    this.#kernel = new Kernel({ numbers: rows * stride / 4 + stride / 2 + 4 * most, blocks: 3 });
    this.#codes = this.#kernel.codes(rows, dimensions);
    this.#vector = this.#kernel.shorts(dimensions);
    this.#sums = this.#kernel.integers(4 * most);
    for (let row = 0; row < rows; row++) {
      this.#codes.data.set(
        codes.subarray(row * dimensions, (row + 1) * dimensions),
        row * stride,
      );
    }
  }

  /** Looks at the first of the routes in `best`. `vector` is of the data's dimensions. */
  neighbours(best: readonly number[], vector: Float32Array): Neighbours {
    this.#setVector(vector);
    const routes = best.slice(0, nearRoutes);
    const densities: number[] = [];
    let likeness = 0;
    for (const route of routes) {
      const near = this.#nearness(route);
      densities.push(near.density);
      likeness = Math.max(likeness, near.likeness);
    }
    return { routes, densities, likeness };
  }

  #setVector(vector: Float32Array): void {
    let peak = 0;
    for (let d = 0; d < vector.length; d++) peak = Math.max(peak, Math.abs(vector[d]!));
    const factor = peak === 0 ? 0 : largestShort / peak;
    this.#scale = peak / largestShort;
    for (let d = 0; d < vector.length; d++) {
      this.#vector.data[d] = Math.round(vector[d]! * factor);
    }
  }

  /** How near the vector is to `route`; likeness is 0 for a route without vectors. */
  #nearness(route: number): Nearness {
    const { offsets, scales } = this.#data;
    const first = offsets[route]!;
    const count = offsets[route + 1]! - first;
    if (count < 2) return { likeness: 0, density: -sharpness };
    this.#kernel.dots({ codes: this.#codes, first, count }, this.#vector, this.#sums);
    const sums = this.#sums.data;
    const cosine = (row: number) =>
      (sums[4 * row]! + sums[4 * row + 1]! + sums[4 * row + 2]! + sums[4 * row + 3]!) *
      scales[first + row]! * this.#scale;
    const top = this.#top.fill(-Infinity);
    const counted = Math.min(nearestCount, count - 1);
    let density = 0;
    for (let row = 1; row < count; row++) {
      let value = cosine(row);
      density += Math.exp(sharpness * (value - 1));
      for (let rank = 0; rank < counted; rank++) {
        if (value <= top[rank]!) continue;
        const pushed = top[rank]!;
        top[rank] = value;
        value = pushed;
      }
    }
    let sum = 0;
    for (let rank = 0; rank < counted; rank++) sum += top[rank]!;
    return {
      likeness: (cosine(0) + sum / counted) / 2,
      density: Math.log(density / (count - 1)),
    };
  }
}

/**
 * Takes from the logits of the likeliest routes `weight` times what they are less near than the
 * nearest of them. That one keeps its logit, so a route that was not looked at can't come first.
 */
export function applyNearness(logits: Float32Array, near: Neighbours, weight: number): void {
  const nearest = Math.max(...near.densities);
  near.routes.forEach((route, i) => {
    logits[route]! -= weight * (nearest - near.densities[i]!);
  });
}

/** A held-out text of a known route, as {@linkcode fitNearness} takes it. */
export interface NearnessSample {
  readonly logits: Float32Array;
  readonly near: Neighbours;
  readonly label: number;
}

const iterations = 30;
/** Pull of both factors towards zero, so that they stay finite where every sample is right. */
const ridge = 0.1;
const heaviest = 3;

/**
 * The weight of nearness that makes the samples' routes likeliest among those looked at, from 0 to 3:
 * a logistic regression of two factors, one for the logit and one for the density (Newton's method).
 */
export function fitNearness(samples: readonly NearnessSample[]): number {
  const rows: { x: Float64Array; y: Float64Array }[] = [];
  for (const { logits, near, label } of samples) {
    const right = near.routes.indexOf(label);
    if (right < 0) continue;
    // Differences to the right route: what its own share of both factors comes to is zero then.
    const x = Float64Array.from(near.routes, (route) => logits[route]! - logits[label]!);
    const y = Float64Array.from(near.densities, (density) => density - near.densities[right]!);
    rows.push({ x, y });
  }
  let a = 1;
  let b = 0.1;
  for (let iteration = 0; iteration < iterations; iteration++) {
    let ga = ridge * a;
    let gb = ridge * b;
    let haa = ridge;
    let hab = 0;
    let hbb = ridge;
    for (const { x, y } of rows) {
      let max = 0;
      for (let i = 0; i < x.length; i++) max = Math.max(max, a * x[i]! + b * y[i]!);
      let total = 0;
      let ex = 0;
      let ey = 0;
      let exx = 0;
      let exy = 0;
      let eyy = 0;
      for (let i = 0; i < x.length; i++) {
        const weight = Math.exp(a * x[i]! + b * y[i]! - max);
        total += weight;
        ex += weight * x[i]!;
        ey += weight * y[i]!;
        exx += weight * x[i]! * x[i]!;
        exy += weight * x[i]! * y[i]!;
        eyy += weight * y[i]! * y[i]!;
      }
      ga += ex / total;
      gb += ey / total;
      haa += exx / total - (ex / total) ** 2;
      hab += exy / total - ex * ey / total ** 2;
      hbb += eyy / total - (ey / total) ** 2;
    }
    const determinant = haa * hbb - hab * hab;
    const [da, db] = [
      (hbb * ga - hab * gb) / determinant,
      (haa * gb - hab * ga) / determinant,
    ];
    // Both stay where they mean something; a step is not more than halves or adds a half.
    const next = [
      Math.max(a / 2, a - Math.max(-0.5, Math.min(0.5, da))),
      Math.max(0, b - Math.max(-0.5, Math.min(0.5, db))),
    ] as const;
    const change = Math.abs(next[0] - a) + Math.abs(next[1] - b);
    [a, b] = next;
    if (change < 1e-4) break;
  }
  return Math.min(heaviest, b / a);
}
