/**
 * The second look: of the routes that the linear part finds likeliest, the one whose utterances are
 * nearest. It tells apart what no plane can, such as a route of several subjects, and how much it
 * counts is learned from what was held out.
 *
 * @module
 */

import { type PrototypeData, rowCosine } from "./prototypes.ts";

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

/** How near `vector` is to route `route`; likeness is 0 for a route without vectors. */
export function nearnessOf(data: PrototypeData, route: number, vector: Float32Array): Nearness {
  const first = data.offsets[route]!;
  const end = data.offsets[route + 1]!;
  if (end === first) return { likeness: 0, density: -sharpness };
  const count = Math.min(nearestCount, end - first - 1);
  const top = new Float64Array(nearestCount).fill(-Infinity);
  let density = 0;
  for (let row = first + 1; row < end; row++) {
    let cosine = rowCosine(data, row, vector);
    density += Math.exp(sharpness * (cosine - 1));
    for (let rank = 0; rank < count; rank++) {
      if (cosine <= top[rank]!) continue;
      const pushed = top[rank]!;
      top[rank] = cosine;
      cosine = pushed;
    }
  }
  let sum = 0;
  for (let rank = 0; rank < count; rank++) sum += top[rank]!;
  return {
    likeness: (rowCosine(data, first, vector) + sum / count) / 2,
    density: Math.log(density / (end - first - 1)),
  };
}

/** The likeliest routes of a text with their densities. */
export interface Neighbours {
  /** Likeliest first. */
  readonly routes: readonly number[];
  readonly densities: readonly number[];
  /** The highest likeness among them. */
  readonly likeness: number;
}

/** Looks at the first of the routes in `best`. */
export function neighboursOf(
  data: PrototypeData,
  best: readonly number[],
  vector: Float32Array,
): Neighbours {
  const routes = best.slice(0, nearRoutes);
  const densities: number[] = [];
  let likeness = 0;
  for (const route of routes) {
    const near = nearnessOf(data, route, vector);
    densities.push(near.density);
    likeness = Math.max(likeness, near.likeness);
  }
  return { routes, densities, likeness };
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
  const rows = samples.flatMap(({ logits, near, label }) => {
    const right = near.routes.indexOf(label);
    return right < 0 ? [] : [{ x: near.routes.map((route) => logits[route]!), near, right }];
  });
  let [a, b] = [1, 0.1];
  for (let iteration = 0; iteration < iterations; iteration++) {
    let [ga, gb, haa, hab, hbb] = [ridge * a, ridge * b, ridge, 0, ridge];
    for (const { x, near: { densities: y }, right } of rows) {
      const logits = x.map((value, i) => a * value + b * y[i]!);
      const max = Math.max(...logits);
      const weights = logits.map((value) => Math.exp(value - max));
      const total = weights.reduce((sum, value) => sum + value, 0);
      let [ex, ey, exx, exy, eyy] = [0, 0, 0, 0, 0];
      weights.forEach((weight, i) => {
        const p = weight / total;
        ex += p * x[i]!;
        ey += p * y[i]!;
        exx += p * x[i]! * x[i]!;
        exy += p * x[i]! * y[i]!;
        eyy += p * y[i]! * y[i]!;
      });
      ga += ex - x[right]!;
      gb += ey - y[right]!;
      haa += exx - ex * ex;
      hab += exy - ex * ey;
      hbb += eyy - ey * ey;
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
    if (change < 1e-6) break;
  }
  return Math.min(heaviest, b / a);
}
