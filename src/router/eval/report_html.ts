/**
 * An evaluation as one HTML page with pictures in SVG: no script, nothing loaded from elsewhere.
 *
 * @module
 */

import type { Evaluation } from "./evaluate.ts";
import { percent } from "./report_text.ts";

/** What the page says beside the measures. */
export interface HtmlReportOptions {
  readonly title: string;
  /** Milliseconds of one decision, median; undefined when it was not measured. */
  readonly decisionMsP50?: number;
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that HTML shows as it is; control characters become visible. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (unit) => escapes[unit]!)
    // deno-lint-ignore no-control-regex -- HTML allows only a few of them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, "\ufffd");
}

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid #8884; }
th:first-child, td:first-child, td.text, th.text { text-align: left; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dd { margin: 0; }
svg { max-width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
figure { margin: 1rem 0; }
`;

const width = 560;
const height = 260;
const margin = 40;

function x(share: number): string {
  return (margin + share * (width - 2 * margin)).toFixed(1);
}

function y(share: number): string {
  return (height - margin - share * (height - 2 * margin)).toFixed(1);
}

/** Axes from 0 to 1 with their names. */
function plot(content: string, axes: { x: string; y: string; title: string }): string {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((at) =>
    `<text x="${x(at)}" y="${height - margin + 16}" text-anchor="middle">${at}</text>` +
    `<text x="${margin - 6}" y="${y(at)}" text-anchor="end">${at}</text>` +
    `<line x1="${x(0)}" x2="${x(1)}" y1="${y(at)}" y2="${y(at)}" stroke="#8884"/>`
  ).join("");
  return `<figure><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${axes.title}">${ticks}${content}` +
    `<text x="${x(0.5)}" y="${height - 6}" text-anchor="middle">${axes.x}</text>` +
    `<text x="12" y="${y(0.5)}" text-anchor="middle" transform="rotate(-90 12 ${
      y(0.5)
    })">${axes.y}</text>` +
    `</svg><figcaption>${axes.title}</figcaption></figure>`;
}

function coveragePlot(evaluation: Evaluation): string {
  const points = evaluation.coverage.filter(({ coverage, accuracy }) =>
    !Number.isNaN(coverage) && !Number.isNaN(accuracy)
  );
  const line = points.map((point) => `${x(point.coverage)},${y(point.accuracy)}`).join(" ");
  const marks = points.map((point) =>
    `<circle cx="${x(point.coverage)}" cy="${y(point.accuracy)}" r="3" fill="#2a7">` +
    `<title>threshold ${point.threshold}: ${percent(point.coverage)} answered, ${
      percent(point.accuracy)
    } right</title></circle>`
  ).join("");
  return plot(`<polyline points="${line}" fill="none" stroke="#2a7" stroke-width="2"/>${marks}`, {
    x: "share answered",
    y: "share right",
    title: "Accuracy against coverage, as the threshold rises from right to left",
  });
}

function reliabilityPlot(evaluation: Evaluation): string {
  const bars = evaluation.reliability.filter(({ count }) => count > 0).map((bin) => {
    const left = Number(x(bin.from));
    const top = Number(y(bin.accuracy));
    return `<rect x="${left}" y="${top}" width="${
      (Number(x(bin.to)) - left - 1).toFixed(1)
    }" height="${(Number(y(0)) - top).toFixed(1)}" fill="#27a"><title>${bin.count} texts, score ${
      percent(bin.confidence)
    }, right ${percent(bin.accuracy)}</title></rect>`;
  }).join("");
  const ideal = `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${
    y(1)
  }" stroke="currentColor" stroke-dasharray="4"/>`;
  return plot(bars + ideal, {
    x: "score",
    y: "share right",
    title: "Calibration: bars on the dashed line mean that a score is a probability",
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (items: readonly string[], tag: string) =>
    items.map((item) => `<${tag}>${escapeHtml(item)}</${tag}>`).join("");
  return `<table><thead><tr>${cells(head, "th")}</tr></thead><tbody>${
    rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("\n")
  }</tbody></table>`;
}

/** The page. Everything that comes from the data is escaped. */
export function htmlReport(evaluation: Evaluation, options: HtmlReportOptions): string {
  const { n, nOos } = evaluation;
  const facts: [string, string][] = [
    ["accuracy", `${percent(evaluation.accuracy, 2)} of ${n - nOos} texts in scope`],
    ["out of scope", nOos === 0 ? "-" : `AUROC ${evaluation.aurocOos.toFixed(4)}, ${nOos} texts`],
    ["calibration error", evaluation.ece.toFixed(4)],
    ["suggested threshold", evaluation.threshold.toFixed(3)],
    ...(options.decisionMsP50 === undefined
      ? []
      : [["decision", `${options.decisionMsP50.toFixed(3)} ms, median`] as [string, string]]),
  ];
  const title = escapeHtml(options.title);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body><h1>${title}</h1>
<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join("\n")}</dl>
${coveragePlot(evaluation)}
${reliabilityPlot(evaluation)}
<h2>Thresholds</h2>
${
    table(
      ["threshold", "answered", "of those right", "none kept out"],
      evaluation.coverage.map((point) => [
        point.threshold.toFixed(2),
        percent(point.coverage),
        percent(point.accuracy, 2),
        percent(point.rejected),
      ]),
    )
  }
<h2>Routes</h2>
${
    table(
      ["route", "texts", "precision", "recall", "F1", "threshold"],
      evaluation.routes.map((route) => [
        route.route,
        String(route.support),
        percent(route.precision),
        percent(route.recall),
        percent(route.f1),
        route.threshold.toFixed(3),
      ]),
    )
  }
<h2>Confusions</h2>
${
    table(
      ["expected", "answered", "texts", "example"],
      evaluation.confusions.slice(0, 200).map(({ expected, answered, count, example }) => [
        expected,
        answered,
        String(count),
        example,
      ]),
    )
  }
</body></html>
`;
}
