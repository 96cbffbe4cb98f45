/**
 * How well routes are recognised: every measure of a set of answered rows.
 *
 * @module
 */

import { outOfScope } from "./labelled.ts";
import { auroc, calibrationError, reliability, type ReliabilityBin } from "./metrics.ts";

/** A row with the classifier's answer. */
export interface AnsweredRow {
  readonly text: string;
  /** The right route, or `none`. */
  readonly label: string;
  /** The best route, whatever its score. */
  readonly route: string;
  /** Its probability. */
  readonly score: number;
  /** Probability that the text belongs to any route. */
  readonly belongs: number;
}

/** Quality of one route, over the rows in scope. */
export interface RouteQuality {
  readonly route: string;
  /** Rows that belong to it. */
  readonly support: number;
  /** Share of the rows given to it that belong to it; NaN when none was. */
  readonly precision: number;
  /** Share of its rows that were given to it; NaN without rows. */
  readonly recall: number;
  /** Harmonic mean of both; 0 when nothing was right. */
  readonly f1: number;
  /** The least score at which the route should be taken. */
  readonly threshold: number;
}

/** Rows of one route that were given to another. */
export interface Confusion {
  readonly expected: string;
  readonly answered: string;
  readonly count: number;
  /** One of them. */
  readonly example: string;
}

/** What a threshold lets through. */
export interface CoveragePoint {
  readonly threshold: number;
  /** Share of the rows in scope whose score reaches it. */
  readonly coverage: number;
  /** Share of those that are right; NaN when there are none. */
  readonly accuracy: number;
  /** Share of the rows out of scope that do not reach it; NaN without such rows. */
  readonly rejected: number;
}

/** The result of {@linkcode evaluate}. */
export interface Evaluation {
  /** Share of the rows in scope whose best route is the right one; NaN without such rows. */
  readonly accuracy: number;
  /** Rows out of scope against rows in scope, by the probability to belong; NaN without the former. */
  readonly aurocOos: number;
  /** Expected calibration error of the best route's score over all rows, in 15 bins. */
  readonly ece: number;
  /** All rows. */
  readonly n: number;
  /** Rows out of scope. */
  readonly nOos: number;
  /** Most frequent first, then by name. */
  readonly routes: readonly RouteQuality[];
  /** Most frequent first. */
  readonly confusions: readonly Confusion[];
  readonly coverage: readonly CoveragePoint[];
  readonly reliability: readonly ReliabilityBin[];
  /** The threshold with the most right answers less wrong ones. */
  readonly threshold: number;
  /** Labels of rows that no route has. */
  readonly unknownLabels: readonly string[];
}

/** Scores that the coverage table is made for. */
const thresholds = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99] as const;
/** Answers below which a route gets the general threshold. */
const fewestAnswers = 10;

/** Measures `rows`; `known` are the names of the routes. */
export function evaluate(
  rows: readonly AnsweredRow[],
  options: { readonly known: readonly string[] },
): Evaluation {
  const inScope = rows.filter((row) => row.label !== outOfScope);
  const foreign = rows.filter((row) => row.label === outOfScope);
  const scores = rows.map((row) => row.score);
  const correct = rows.map((row) => row.route === row.label);
  const known = new Set(options.known);
  const threshold = bestThreshold(rows);
  return {
    accuracy: share(inScope, (row) => row.route === row.label),
    aurocOos: auroc(inScope.map((row) => row.belongs), foreign.map((row) => row.belongs)),
    ece: calibrationError(scores, correct),
    n: rows.length,
    nOos: foreign.length,
    routes: qualities(rows, { inScope, threshold }),
    confusions: confusions(inScope),
    coverage: thresholds.map((least) => coverageAt(least, inScope, foreign)),
    reliability: reliability(scores, correct),
    threshold,
    unknownLabels: [...new Set(inScope.map((row) => row.label))]
      .filter((label) => !known.has(label)).sort(),
  };
}

function share<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.length === 0 ? NaN : items.filter(test).length / items.length;
}

function coverageAt(
  threshold: number,
  inScope: readonly AnsweredRow[],
  foreign: readonly AnsweredRow[],
): CoveragePoint {
  const taken = inScope.filter((row) => row.score >= threshold);
  return {
    threshold,
    coverage: share(inScope, (row) => row.score >= threshold),
    accuracy: share(taken, (row) => row.route === row.label),
    rejected: share(foreign, (row) => row.score < threshold),
  };
}

/**
 * The least score at which right answers less wrong ones are most; a row out of scope is always a
 * wrong one. Halfway between the last score that is let through and the next.
 */
export function bestThreshold(
  rows: readonly Pick<AnsweredRow, "label" | "route" | "score">[],
): number {
  const sorted = [...rows].sort((a, b) => b.score - a.score);
  let balance = 0;
  let best = 0;
  let threshold = sorted.length === 0 ? 0.5 : 1;
  for (let i = 0; i < sorted.length; i++) {
    balance += sorted[i]!.label === sorted[i]!.route ? 1 : -1;
    const next = sorted[i + 1]?.score ?? 0;
    if (next === sorted[i]!.score) continue;
    if (balance >= best) {
      best = balance;
      threshold = (sorted[i]!.score + next) / 2;
    }
  }
  return threshold;
}

function qualities(
  rows: readonly AnsweredRow[],
  options: { inScope: readonly AnsweredRow[]; threshold: number },
): RouteQuality[] {
  const support = new Map<string, number>();
  const right = new Map<string, number>();
  const answered = new Map<string, number>();
  const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1);
  for (const { label, route } of options.inScope) {
    count(support, label);
    count(answered, route);
    if (label === route) count(right, label);
  }
  const byAnswer = Map.groupBy(rows, (row) => row.route);
  return [...new Set([...support.keys(), ...answered.keys()])].map((route) => {
    const hits = right.get(route) ?? 0;
    const own = support.get(route) ?? 0;
    const given = answered.get(route) ?? 0;
    const answers = byAnswer.get(route) ?? [];
    return {
      route,
      support: own,
      precision: given === 0 ? NaN : hits / given,
      recall: own === 0 ? NaN : hits / own,
      f1: hits === 0 ? 0 : 2 * hits / (own + given),
      threshold: answers.length < fewestAnswers ? options.threshold : bestThreshold(answers),
    };
  }).sort((a, b) => b.support - a.support || (a.route < b.route ? -1 : 1));
}

function confusions(inScope: readonly AnsweredRow[]): Confusion[] {
  const found = new Map<string, { expected: string; answered: string; rows: AnsweredRow[] }>();
  for (const row of inScope) {
    if (row.label === row.route) continue;
    const key = JSON.stringify([row.label, row.route]);
    const pair = found.get(key) ?? { expected: row.label, answered: row.route, rows: [] };
    pair.rows.push(row);
    found.set(key, pair);
  }
  return [...found.values()]
    .map(({ expected, answered, rows }) => ({
      expected,
      answered,
      count: rows.length,
      example: rows[0]!.text,
    }))
    .sort((a, b) => b.count - a.count || (a.expected < b.expected ? -1 : 1));
}
