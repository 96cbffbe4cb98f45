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
    readonly utterances: Float32Array[];
    readonly negative: Float32Array[];
  };
}

/** Utterances beside the centroid that count. */
const nearestCount = 5;
/** Evidence that is named. */
const evidenceCount = 3;

/** Routes with their vectors side by side. */
export class RouteIndex {
  readonly routes: readonly Route[];
  readonly #byName = new Map<string, number>();
  readonly #vectors: VectorTable;
  /** Rows of route `i`: centroid, utterances (the description among them), negative utterances. */
  readonly #spans: readonly { first: number; negative: number; end: number; texts: string[] }[];
  #dots: Float32Array = new Float32Array(0);
  readonly #scores: Float64Array;
  readonly #top = new Float64Array(nearestCount);

  /** Copies the vectors. */
  constructor(list: readonly IndexedRoute[]) {
    this.routes = list.map(({ route }) => route);
    const dimensions = firstLength(list);
    const rows: Float32Array[] = [];
    this.#spans = list.map(({ route, vectors }, i) => {
      this.#byName.set(route.name, i);
      this.#byName.set(route.name.toLowerCase(), i);
      const positive = [
        ...vectors.utterances,
        ...(vectors.description === undefined ? [] : [vectors.description]),
      ].filter((vector) => vector.length === dimensions);
      const negative = vectors.negative.filter((vector) => vector.length === dimensions);
      const first = rows.length;
      if (positive.length > 0) rows.push(centroid(positive), ...positive);
      const negativeStart = rows.length;
      rows.push(...negative);
      return {
        first,
        negative: negativeStart,
        end: rows.length,
        texts: [...route.utterances, route.description ?? ""],
      };
    });
    this.#vectors = new VectorTable(rows);
    this.#scores = new Float64Array(list.length);
  }

  /** The route called `name`, in whatever case. */
  find(name: string): Route | undefined {
    const position = this.#byName.get(name) ?? this.#byName.get(name.toLowerCase());
    return position === undefined ? undefined : this.routes[position];
  }

  /** Whether there is a route that `vector` can be compared with. */
  comparable(vector: Float32Array): boolean {
    return this.#vectors.comparable(vector);
  }

  /**
   * The best route by the mean of the centroid's cosine and the mean of the five nearest
   * utterances'; undefined when there is nothing to compare with.
   */
  nearest(vector: Float32Array, constants: Constants): RouteScore | undefined {
    if (!this.comparable(vector)) return undefined;
    this.#dots = this.#vectors.dotAll(vector);
    let best = -1;
    for (let i = 0; i < this.#spans.length; i++) {
      this.#scores[i] = this.#score(i, constants);
      if (best === -1 || this.#scores[i]! > this.#scores[best]!) best = i;
    }
    const score = this.#scores[best]!;
    if (score === -Infinity) return undefined;
    return {
      route: this.routes[best]!.name,
      score: Math.min(1, Math.max(0, score)),
      evidence: this.#evidence(best),
    };
  }

  #score(position: number, constants: Constants): number {
    const { first, negative, end } = this.#spans[position]!;
    if (negative === first) return -Infinity;
    const count = Math.min(nearestCount, negative - first - 1);
    const top = this.#top.fill(-Infinity);
    for (let row = first + 1; row < negative; row++) {
      let cosine = this.#dots[row]!;
      for (let rank = 0; rank < count; rank++) {
        if (cosine <= top[rank]!) continue;
        const pushed = top[rank]!;
        top[rank] = cosine;
        cosine = pushed;
      }
    }
    let sum = 0;
    for (let rank = 0; rank < count; rank++) sum += top[rank]!;
    for (let row = negative; row < end; row++) {
      if (this.#dots[row]! > top[0]! + constants.routeNegativeMargin) return -Infinity;
    }
    return (this.#dots[first]! + sum / count) / 2;
  }

  #evidence(position: number): string[] {
    const { first, negative, texts } = this.#spans[position]!;
    const rows = Array.from({ length: negative - first - 1 }, (_, i) => i);
    rows.sort((a, b) => this.#dots[first + 1 + b]! - this.#dots[first + 1 + a]! || a - b);
    return rows.slice(0, evidenceCount).map((i) =>
      `cosine ${this.#dots[first + 1 + i]!.toFixed(2)} to "${texts[i]}"`
    );
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
