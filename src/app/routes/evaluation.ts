/**
 * Measuring a model of the routes over labelled texts.
 *
 * @module
 */

import { routeNameOf } from "../../config/mod.ts";
import type { RoutesEvaluation, RoutesReport } from "../../core/mod.ts";
import {
  type AnsweredRow,
  type BrokenLine,
  evaluate,
  type Evaluation,
  htmlReport,
  type LabelledText,
  type LearnedHead,
  noRoute,
  outOfScope,
  textReport,
} from "../../router/mod.ts";

/** Decisions before the clock is looked at. */
const warmUpRows = 64;
/** Rows between two pauses for others. */
const pauseEvery = 256;

/** Answers and the time that each took. */
export interface Answers {
  readonly rows: AnsweredRow[];
  readonly decisionMs: number[];
}

/** A label as the name of a route: itself where a route has it, else what an import makes of it. */
export function labelOf(label: string, known: ReadonlySet<string>): string {
  return label === outOfScope || known.has(label) ? label : routeNameOf(label);
}

/** Asks `head` about each row and adds the answers to `into`. */
export async function answerAll(head: LearnedHead, options: {
  readonly rows: readonly LabelledText[];
  readonly vectorOf: (text: string) => Float32Array | undefined;
  readonly into: Answers;
  readonly signal: AbortSignal | undefined;
}): Promise<void> {
  const { rows, vectorOf, into } = options;
  const known = new Set(head.data.routes);
  for (const { text } of rows.slice(0, warmUpRows)) head.classify(text, vectorOf(text));
  for (const [i, { text, label }] of rows.entries()) {
    if (i % pauseEvery === pauseEvery - 1) {
      await new Promise((resolve) => setTimeout(resolve));
      options.signal?.throwIfAborted();
    }
    const vector = vectorOf(text);
    const start = performance.now();
    const answers = head.classify(text, vector);
    into.decisionMs.push(performance.now() - start);
    const best = answers.find(({ route }) => route !== noRoute)!;
    const none = answers.find(({ route }) => route === noRoute)!;
    into.rows.push({
      text,
      label: labelOf(label, known),
      route: best.route,
      score: best.score,
      belongs: 1 - none.score,
    });
  }
}

function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** The report of all answers. */
export function reportOf(answers: Answers, options: {
  readonly known: readonly string[];
  readonly folds: number | undefined;
  readonly broken: readonly BrokenLine[];
  readonly title: string;
}): RoutesReport {
  const evaluation = evaluate(answers.rows, { known: options.known });
  const decisionMsP50 = median(answers.decisionMs);
  const timed = decisionMsP50 === undefined ? {} : { decisionMsP50 };
  return {
    evaluation: asJson(evaluation, { ...options, decisionMsP50 }),
    text: textReport(evaluation, timed),
    html: htmlReport(evaluation, { title: options.title, ...timed }),
  };
}

function asJson(evaluation: Evaluation, options: {
  readonly folds: number | undefined;
  readonly broken: readonly BrokenLine[];
  readonly decisionMsP50: number | undefined;
}): RoutesEvaluation {
  const { n, nOos } = evaluation;
  return {
    accuracy: orNull(evaluation.accuracy),
    auroc_oos: orNull(evaluation.aurocOos),
    ece: orNull(evaluation.ece),
    n,
    n_in_scope: n - nOos,
    n_oos: nOos,
    decision_ms_p50: options.decisionMsP50 ?? null,
    threshold: evaluation.threshold,
    folds: options.folds ?? null,
    routes: evaluation.routes.map((route) => ({
      ...route,
      precision: orNull(route.precision),
      recall: orNull(route.recall),
    })),
    confusions: evaluation.confusions,
    coverage: evaluation.coverage.map((point) => ({
      threshold: point.threshold,
      coverage: orNull(point.coverage),
      accuracy: orNull(point.accuracy),
      rejected: orNull(point.rejected),
    })),
    unknown_labels: evaluation.unknownLabels,
    broken: options.broken,
  };
}
