/**
 * A router's decision for people: who wins, and every factor of every score.
 *
 * @module
 */

import type { Candidate, Decision, Factor } from "../core/decision.ts";
import { place } from "./backend_report.ts";
import { count, milliseconds } from "./output/format.ts";
import type { Output } from "./output/output.ts";
import { printable } from "./output/printable.ts";
import { renderTable } from "./output/table.ts";
import { columnsOf, fit, pad, wrap } from "./output/width.ts";

/** Candidates whose factors are spelled out. */
const detailedCandidates = 3;
/** Candidates in a table; a node may know hundreds. */
const listedCandidates = 10;
/** Rejected capabilities in a table. */
const listedRejections = 20;
/** A value this near to 1 changes no score that is shown. */
const neutralWithin = 0.0005;
/** Columns of a range such as `0.0156 to 1`. */
const spanColumns = 14;
/** Details are not squeezed into fewer columns than this. */
const narrowestDetail = 24;

const outcomes: Readonly<Record<Decision["outcome"], string>> = {
  explicit: "named by the caller",
  route: "by a route",
  meaning: "by meaning",
  affinity: "by the conversation so far",
  refused: "refused",
};

const embeddings: Readonly<Record<Decision["embedding"], string>> = {
  none: "no embedding needed",
  cache: "embedding from the cache",
  "near-duplicate": "embedding of a near duplicate",
  computed: "embedded",
  unavailable: "embedding not available, decided without meaning",
};

/** The winner and those behind it. */
export function summariseDecision(decision: Decision, output: Output): string {
  const [winner, ...others] = decision.candidates;
  if (winner === undefined) return "";
  const { dim } = output.style;
  const lines = [headline(winner, output), dim(`  ${circumstances(decision)}`)];
  if (others.length > 0) {
    const shown = others.slice(0, listedCandidates - 1);
    lines.push("", `${count(others.length, "runner-up", "runners-up")}`);
    lines.push(candidateTable(shown, output).trimEnd());
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** Everything that the router knows about its decision. */
export function explainDecision(decision: Decision, output: Output): string {
  const { bold } = output.style;
  const parts: string[] = [`${wanted(decision)}\n`];
  const { candidates } = decision;
  const [winner] = candidates;
  if (winner !== undefined) {
    parts.push(`${headline(winner, output)}\n  ${output.style.dim(circumstances(decision))}\n`);
  }
  if (decision.route !== undefined) parts.push(routeText(decision.route));
  if (candidates.length > 0) {
    parts.push(`${bold("Factors")} (a score is their product)\n${factorTable(candidates, output)}`);
    for (const [i, candidate] of candidates.slice(0, detailedCandidates).entries()) {
      const body = details(candidate, { all: i === 0, width: output.width });
      if (body !== "") parts.push(`${bold(`${i + 1}. ${printable(nameOf(candidate))}`)}\n${body}`);
    }
  }
  if (decision.rejected.length > 0) parts.push(rejectionText(decision, output));
  return parts.join("\n");
}

function nameOf({ capability }: Candidate): string {
  return `${capability.backend}/${capability.name}`;
}

function headline(winner: Candidate, { style }: Output): string {
  const { capability, score } = winner;
  const where = capability.locality === "mesh" ? capability.nodeName : place(capability.locality);
  const name = style.bold(style.good(printable(capability.name)));
  return `${name} on ${printable(capability.backend)} (${printable(where)}), score ${
    figure(score)
  }`;
}

function circumstances(decision: Decision): string {
  const embedding = embeddings[decision.embedding];
  const took = decision.embedding === "computed" ? ` in ${milliseconds(decision.embedMs)}` : "";
  return `chosen ${outcomes[decision.outcome]} in ${
    milliseconds(decision.decideMs)
  }, ${embedding}${took}`;
}

/** What was looked for. */
function wanted({ request }: Decision): string {
  const { required, policy } = request;
  const needs = Object.entries(required)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => value === true ? name : `${name} ${value}`);
  const rules = Object.entries(policy)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => value === true ? name : `${name} ${value}`);
  const { kind, kindReason, model } = request;
  return [
    `Wanted    ${kind}${model === undefined ? "" : `, model ${model}`}`,
    ...(kindReason === undefined ? [] : [`          as ${kindReason}`]),
    `Intent    ${fit(printable(request.intent), 200)}`,
    ...(needs.length === 0 ? [] : [`Needs     ${needs.join(", ")}`]),
    ...(rules.length === 0 ? [] : [`Policy    ${rules.join(", ")}`]),
    ...(request.preference === undefined ? [] : [`Prefer    ${request.preference}`]),
  ].map(printable).join("\n");
}

function routeText(route: NonNullable<Decision["route"]>): string {
  const verdict = route.score >= route.threshold ? "matches" : "is nearest, but too far";
  const lines = [
    `Route ${route.name} ${verdict}: ${figure(route.score)}, threshold ${figure(route.threshold)}`,
    ...route.evidence.map((evidence) => `  ${evidence}`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}

/** A number with as many digits as a comparison needs. */
function figure(value: number): string {
  return value !== 0 && Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(3);
}

function isNeutral({ value }: Factor): boolean {
  return Math.abs(value - 1) < neutralWithin;
}

function factorNames(candidates: readonly Candidate[]): string[] {
  return [...new Set(candidates.flatMap(({ factors }) => factors.map(({ name }) => name)))];
}

function factorTable(candidates: readonly Candidate[], output: Output): string {
  const names = factorNames(candidates);
  const isUsed = (name: string) =>
    candidates.some(({ factors }) => factors.some((f) => f.name === name && !isNeutral(f)));
  const used = names.filter(isUsed);
  const neutral = names.filter((name) => !used.includes(name));
  const { good, bad, bold } = output.style;
  const table = renderTable({
    columns: [
      { title: "#", align: "right" },
      { title: "CANDIDATE", shrinks: true },
      { title: "SCORE", align: "right" },
      ...used.map((name) => ({ title: name, align: "right" as const })),
    ],
    rows: candidates.slice(0, listedCandidates).map((candidate, i) => [
      String(i + 1),
      nameOf(candidate),
      { text: figure(candidate.score), style: bold },
      ...used.map((name) => {
        const factor = candidate.factors.find((f) => f.name === name);
        if (factor === undefined) return "-";
        const style = isNeutral(factor) ? plain : factor.value > 1 ? good : bad;
        return { text: factor.value.toFixed(3), style };
      }),
    ]),
    palette: output.style,
    width: output.width,
    indent: 2,
  });
  const more = candidates.length > listedCandidates
    ? `  and ${candidates.length - listedCandidates} more\n`
    : "";
  const rest = neutral.length === 0 ? "" : neutralText(neutral, output);
  return table + more + rest;
}

function neutralText(names: readonly string[], { width }: Output): string {
  const text = `1.000 for all: ${names.map(printable).join(", ")}`;
  return wrap(text, (width ?? Infinity) - 2).map((line) => `  ${line}\n`).join("");
}

function plain(text: string): string {
  return text;
}

/** A candidate's factors with what they come from; those that change nothing only for the winner. */
function details(
  { factors }: Candidate,
  options: { readonly all: boolean; readonly width: number | undefined },
): string {
  const shown = factors.filter((factor) => options.all || !isNeutral(factor));
  const widest = Math.max(0, ...shown.map(({ name }) => columnsOf(printable(name))));
  const longest = Math.max(0, ...shown.map(({ value }) => value.toFixed(3).length));
  return shown.map(({ name, value, range, detail }) => {
    const span = `${bound(range[0])} to ${bound(range[1])}`;
    const head = `  ${pad(printable(name), widest)}  ${value.toFixed(3).padStart(longest)}  ${
      pad(span, spanColumns)
    }  `;
    const room = options.width === undefined ? Infinity : options.width - head.length;
    const [first = "", ...rest] = wrap(printable(detail), Math.max(narrowestDetail, room));
    return [head + first, ...rest.map((line) => " ".repeat(head.length) + line)]
      .map((line) => `${line.trimEnd()}\n`).join("");
  }).join("");
}

/** An end of a factor's range, to three digits. */
function bound(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function candidateTable(candidates: readonly Candidate[], output: Output): string {
  return renderTable({
    columns: [
      { title: "NAME", shrinks: true },
      { title: "BACKEND" },
      { title: "WHERE" },
      { title: "SCORE", align: "right" },
    ],
    rows: candidates.map(({ capability, score }) => [
      capability.name,
      capability.backend,
      capability.locality === "mesh" ? capability.nodeName : place(capability.locality),
      figure(score),
    ]),
    palette: output.style,
    width: output.width,
    indent: 2,
  });
}

function rejectionText(decision: Decision, output: Output): string {
  const { rejected } = decision;
  const table = renderTable({
    columns: [{ title: "NAME", shrinks: true }, { title: "FAILS" }, {
      title: "REASON",
      shrinks: true,
    }],
    rows: rejected.slice(0, listedRejections).map((
      { name, filter, reason },
    ) => [name, filter, reason]),
    palette: output.style,
    width: output.width,
    indent: 2,
  });
  const more = rejected.length > listedRejections
    ? `  and ${rejected.length - listedRejections} more\n`
    : "";
  return `${output.style.bold("Left out")}\n${table}${more}`;
}
