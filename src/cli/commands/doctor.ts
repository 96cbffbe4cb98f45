/**
 * `doctor`: what is wrong on this machine, and how to mend it.
 *
 * @module
 */

import { diagnose } from "../doctor/diagnose.ts";
import type { Finding, Verdict } from "../doctor/finding.ts";
import type { Invocation } from "../invocation.ts";
import { count } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import { printableLines } from "../output/printable.ts";
import { pad } from "../output/width.ts";

/** Columns of the titles. */
const titleColumns = 17;

/** Runs every check; exit code 1 when something is broken. */
export async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const checks: Finding[] = [];
  for await (const finding of diagnose(invocation)) {
    checks.push(finding);
    if (!output.isJson) await printFinding(finding, output);
  }
  const ok = checks.every(({ verdict }) => verdict !== "broken");
  if (output.isJson) await output.json({ ok, checks });
  else await output.print("", summary(checks, output));
  return ok ? 0 : 1;
}

const marks: Readonly<Record<Verdict, string>> = {
  ok: "ok     ",
  warning: "warning",
  broken: "BROKEN ",
  skipped: "skipped",
};

async function printFinding(finding: Finding, output: Output): Promise<void> {
  const { style } = output;
  const styles = { ok: style.good, warning: style.warn, broken: style.bad, skipped: style.dim };
  const { title, verdict, found, mend } = finding;
  const indent = " ".repeat(marks.ok.length + titleColumns + 2);
  const [first = "", ...rest] = printableLines(found).split("\n");
  await output.print(
    `${styles[verdict](marks[verdict])}  ${pad(printableLines(title), titleColumns)}${first}`,
    ...rest.map((line) => indent + line),
    ...(mend === undefined
      ? []
      : printableLines(mend).split("\n").map((line, i) =>
        `${indent}${style.accent(i === 0 ? `-> ${line}` : `   ${line}`)}`
      )),
  );
}

function summary(checks: readonly Finding[], { style }: Output): string {
  const broken = checks.filter(({ verdict }) => verdict === "broken").length;
  const warnings = checks.filter(({ verdict }) => verdict === "warning").length;
  if (broken > 0) {
    return style.bad(
      `${count(broken, "thing is", "things are")} broken, ${count(warnings, "warning")}`,
    );
  }
  return warnings > 0
    ? style.warn(`Nothing is broken, ${count(warnings, "warning")}`)
    : style.good("All is well");
}
