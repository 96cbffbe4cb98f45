/**
 * The user's routes, and which of them a text belongs to by the cosine floor.
 *
 * @module
 */

import type { Route } from "../core/mod.ts";
import type { RouteScore } from "./classifier.ts";
import type { Constants } from "./constants.ts";
import { VectorTable } from "./vector_table.ts";

/** A route with the vectors of its texts; empty ones: not embedded. */
export interface IndexedRoute {
  readonly route: Route;
  readonly vectors: {
    readonly description?: Float32Array;
    readonly utterances: readonly Float32Array[];
    readonly negative: readonly Float32Array[];
  };
}

/** Utterances beside the centroid that count. */
const nearestCount = 5;
/** Evidence that is named. */
const evidenceCount = 3;

/** Where the rows of one route are: utterances and description, then negative utterances. */
interface Span {
  readonly position: number;
  readonly first: number;
  readonly negative: number;
  readonly end: number;
}

/** Routes with their vectors side by side. */
export class RouteIndex {
  readonly routes: readonly Route[];
  readonly #constants: Constants;
  readonly #byName = new Map<string, Route>();
  /** One row a route that has vectors, in the order of the spans. */
  readonly #centroids: VectorTable;
  readonly #texts: VectorTable;
  readonly #spans: readonly Span[];
  readonly #top = new Float64Array(nearestCount);

  /** Copies the vectors. */
  constructor(list: readonly IndexedRoute[], constants: Constants) {
    this.#constants = constants;
    this.routes = list.map(({ route }) => route);
    for (const route of this.routes) this.#byName.set(route.name.toLowerCase(), route);
    for (const route of this.routes) this.#byName.set(route.name, route);
    const dimensions = firstLength(list);
    const centroids: Float32Array[] = [];
    const rows: Float32Array[] = [];
    const spans: Span[] = [];
    list.forEach(({ vectors }, position) => {
      const fits = (vector: Float32Array) => vector.length === dimensions;
      const positive = vectors.utterances.filter(fits);
      if (vectors.description !== undefined && fits(vectors.description)) {
        positive.push(vectors.description);
      }
      if (positive.length === 0) return;
      centroids.push(centroid(positive));
      const first = rows.length;
      rows.push(...positive);
      const negative = rows.length;
      rows.push(...vectors.negative.filter(fits));
      spans.push({ position, first, negative, end: rows.length });
    });
    this.#spans = spans;
    this.#centroids = new VectorTable(centroids);
    this.#texts = new VectorTable(rows);
  }

  /** The route called `name`, in whatever case. */
  find(name: string): Route | undefined {
    return this.#byName.get(name) ?? this.#byName.get(name.toLowerCase());
  }

  /**
   * The best route by the mean of the centroid's cosine and the mean of the five nearest texts';
   * undefined when there is nothing to compare. Only the routes with the nearest centroids are
   * looked at closely, so that a thousand cost little more than thirty.
   */
  nearest(vector: Float32Array | undefined): RouteScore | undefined {
    if (!this.#centroids.comparable(vector)) return undefined;
    const cosines = this.#centroids.dotAll(vector);
    this.#texts.setQuery(vector);
    let best: Span | undefined;
    let bestScore = -Infinity;
    for (const row of this.#shortlist(cosines)) {
      const span = this.#spans[row]!;
      const score = this.#score(span, cosines[row]!);
      if (score > bestScore) {
        best = span;
        bestScore = score;
      }
    }
    if (best === undefined) return undefined;
    return {
      route: this.routes[best.position]!.name,
      score: Math.min(1, Math.max(0, bestScore)),
      evidence: this.#evidence(best, vector),
    };
  }

  /** Rows with the greatest cosines, in the order of the routes so that ties are stable. */
  #shortlist(cosines: Float32Array): number[] {
    const { routeShortlist } = this.#constants;
    const rows: number[] = [];
    if (cosines.length <= routeShortlist) {
      for (let row = 0; row < cosines.length; row++) rows.push(row);
      return rows;
    }
    let least = -Infinity;
    for (let row = 0; row < cosines.length; row++) {
      if (cosines[row]! <= least) continue;
      let place = rows.length;
      while (place > 0 && cosines[rows[place - 1]!]! < cosines[row]!) place--;
      rows.splice(place, 0, row);
      if (rows.length > routeShortlist) rows.pop();
      if (rows.length === routeShortlist) least = cosines[rows[routeShortlist - 1]!]!;
    }
    return rows.sort((a, b) => a - b);
  }

  #score(span: Span, centroidCosine: number): number {
    const { first, negative, end } = span;
    const cosines = this.#texts.dotRange(first, end);
    const count = Math.min(nearestCount, negative - first);
    const top = this.#top.fill(-Infinity);
    for (let row = first; row < negative; row++) {
      let cosine = cosines[row]!;
      for (let rank = 0; rank < count; rank++) {
        if (cosine <= top[rank]!) continue;
        const pushed = top[rank]!;
        top[rank] = cosine;
        cosine = pushed;
      }
    }
    const limit = top[0]! + this.#constants.routeNegativeMargin;
    for (let row = negative; row < end; row++) {
      if (cosines[row]! > limit) return -Infinity;
    }
    let sum = 0;
    for (let rank = 0; rank < count; rank++) sum += top[rank]!;
    return (centroidCosine + sum / count) / 2;
  }

  #evidence(span: Span, vector: Float32Array): string[] {
    const { utterances, description } = this.routes[span.position]!;
    const nearest: { text: string; cosine: number }[] = [];
    for (let row = span.first; row < span.negative; row++) {
      const text = utterances[row - span.first] ?? description ?? "";
      nearest.push({ text, cosine: this.#texts.dot(row, vector) });
    }
    nearest.sort((a, b) => b.cosine - a.cosine);
    return nearest.slice(0, evidenceCount)
      .map(({ text, cosine }) => `cosine ${cosine.toFixed(2)} to "${text}"`);
  }
}

function firstLength(list: readonly IndexedRoute[]): number {
  for (const { vectors } of list) {
    const vector = vectors.utterances[0] ?? vectors.description;
    if (vector !== undefined) return vector.length;
  }
  return 0;
}

function centroid(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) vector.forEach((x, j) => sum[j]! += x);
  let norm = 0;
  for (const x of sum) norm += x * x;
  const scale = norm === 0 ? 0 : 1 / Math.sqrt(norm);
  return sum.map((x) => x * scale);
}
