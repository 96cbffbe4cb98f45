/**
 * An evaluation as plain text: numbers, bars and short tables for a terminal.
 *
 * @module
 */

import type { Evaluation } from "./evaluate.ts";

/** How much to print. */
export interface TextReportOptions {
  /** Milliseconds of one decision, median; undefined when it was not measured. */
  readonly decisionMsP50?: number;
  /** Rows of each table. @default 10 */
  readonly most?: number;
  /** Width of the bars in columns. @default 40 */
  readonly barColumns?: number;
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;
const routeColumns = 28;
const exampleColumns = 48;

/** A share as `93.2 %`, or a dash where there is none. */
export function percent(value: number, digits = 1): string {
  return Number.isNaN(value) ? "-" : `${(value * 100).toFixed(digits)} %`;
}

/** A bar for a share from 0 to 1, in eighths of a column. */
export function bar(value: number, columns: number): string {
  if (!(value > 0)) return "";
  const eighthsLong = Math.round(Math.min(1, value) * columns * 8);
  return "█".repeat(Math.floor(eighthsLong / 8)) + eighths[eighthsLong % 8]!;
}

/** One line, without control characters, cut to `columns` characters. */
function cell(text: string, columns: number): string {
  // deno-lint-ignore no-control-regex -- they would move the cursor or change colours
  const line = text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
  const units = [...line];
  return units.length <= columns ? line : `${units.slice(0, columns - 1).join("")}…`;
}

/** The report, with a line break at its end. */
export function textReport(evaluation: Evaluation, options: TextReportOptions = {}): string {
  const most = options.most ?? 10;
  const columns = options.barColumns ?? 40;
  return [
    ...summary(evaluation, options.decisionMsP50),
    ...coverage(evaluation, columns),
    ...calibration(evaluation, columns),
    ...weakest(evaluation, most),
    ...confusions(evaluation, most),
  ].join("\n") + "\n";
}

function summary(evaluation: Evaluation, decisionMsP50: number | undefined): string[] {
  const { n, nOos } = evaluation;
  const unknown = evaluation.unknownLabels;
  return [
    `accuracy        ${percent(evaluation.accuracy, 2)} of ${n - nOos} texts in scope`,
    nOos === 0
      ? "out of scope    no text is labelled none"
      : `out of scope    AUROC ${evaluation.aurocOos.toFixed(4)} over ${nOos} texts`,
    `calibration     error ${evaluation.ece.toFixed(4)} (15 bins)`,
    ...(decisionMsP50 === undefined ? [] : [
      `decision        ${decisionMsP50.toFixed(3)} ms, median, vector given`,
    ]),
    `threshold       ${evaluation.threshold.toFixed(3)} suggested`,
    ...(unknown.length === 0
      ? []
      : [`no such route   ${unknown.slice(0, 8).map((label) => cell(label, 40)).join(", ")}`]),
    "",
  ];
}

function coverage(evaluation: Evaluation, columns: number): string[] {
  const head = "threshold  answered  of those right" +
    (evaluation.nOos > 0 ? "  none kept out" : "");
  return [
    head,
    ...evaluation.coverage.map((point) =>
      [
        point.threshold.toFixed(2).padStart(9),
        percent(point.coverage).padStart(8),
        percent(point.accuracy, 2).padStart(14),
        ...(evaluation.nOos > 0 ? [percent(point.rejected).padStart(13)] : []),
        bar(point.coverage, columns),
      ].join("  ").trimEnd()
    ),
    "",
  ];
}

function calibration(evaluation: Evaluation, columns: number): string[] {
  return [
    "score          texts   right",
    ...evaluation.reliability.filter(({ count }) => count > 0).map((bin) =>
      [
        `${bin.from.toFixed(2)} to ${bin.to.toFixed(2)}`,
        String(bin.count).padStart(6),
        percent(bin.accuracy, 0).padStart(6),
        bar(bin.accuracy, columns),
      ].join("  ").trimEnd()
    ),
    "",
  ];
}

function weakest(evaluation: Evaluation, most: number): string[] {
  const routes = evaluation.routes.filter(({ support }) => support > 0)
    .sort((a, b) => a.f1 - b.f1 || (a.route < b.route ? -1 : 1)).slice(0, most);
  if (routes.length === 0) return [];
  return [
    `${"weakest routes".padEnd(routeColumns)}  texts  precision   recall      F1  threshold`,
    ...routes.map((route) =>
      [
        cell(route.route, routeColumns).padEnd(routeColumns),
        String(route.support).padStart(5),
        percent(route.precision).padStart(9),
        percent(route.recall).padStart(7),
        percent(route.f1).padStart(6),
        route.threshold.toFixed(3).padStart(9),
      ].join("  ")
    ),
    "",
  ];
}

function confusions(evaluation: Evaluation, most: number): string[] {
  if (evaluation.confusions.length === 0) return ["no text in scope was given to another route"];
  return [
    "confused",
    ...evaluation.confusions.slice(0, most).map(({ expected, answered, count, example }) =>
      `${String(count).padStart(5)}  ${cell(expected, routeColumns)} as ${
        cell(answered, routeColumns)
      }: "${cell(example, exampleColumns)}"`
    ),
  ];
}
