import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type AnsweredRow, bestThreshold, evaluate } from "./evaluate.ts";
import { htmlReport } from "./report_html.ts";
import { bar, textReport } from "./report_text.ts";

function row(label: string, route: string, score: number, belongs = score): AnsweredRow {
  return { text: `${label} text`, label, route, score, belongs };
}

const rows = [
  row("a", "a", 0.95),
  row("a", "a", 0.9),
  row("a", "b", 0.4),
  row("b", "b", 0.85),
  row("b", "a", 0.6),
  row("c", "a", 0.3),
  row("none", "a", 0.5, 0.2),
  row("none", "b", 0.2, 0.1),
];
const evaluation = evaluate(rows, { known: ["a", "b"] });

Deno.test("evaluate() measures what a person would count", () => {
  assertEquals(evaluation.accuracy, 3 / 6);
  assertEquals([evaluation.n, evaluation.nOos], [8, 2]);
  assertEquals(evaluation.aurocOos, 1);
  assertEquals(evaluation.unknownLabels, ["c"]);
  const [a, b, c] = evaluation.routes;
  assertEquals([a!.route, a!.support, a!.precision, a!.recall], ["a", 3, 2 / 4, 2 / 3]);
  assertEquals([b!.route, b!.support, b!.precision, b!.recall], ["b", 2, 1 / 2, 1 / 2]);
  assertEquals(a!.f1, 4 / 7);
  assertEquals([c!.route, c!.recall, c!.f1], ["c", 0, 0]);
  assert(Number.isNaN(c!.precision));
  assertEquals(
    evaluation.confusions.map(({ expected, answered, count }) => [expected, answered, count]),
    [["a", "b", 1], ["b", "a", 1], ["c", "a", 1]],
  );
});

Deno.test("evaluate() tells what a threshold lets through", () => {
  const at = (threshold: number) =>
    evaluation.coverage.find((point) => point.threshold === threshold)!;
  assertEquals([at(0).coverage, at(0).accuracy, at(0).rejected], [1, 0.5, 0]);
  assertEquals([at(0.5).coverage, at(0.5).accuracy, at(0.5).rejected], [4 / 6, 3 / 4, 0.5]);
  assertEquals([at(0.8).coverage, at(0.8).accuracy, at(0.8).rejected], [0.5, 1, 1]);
  assert(Number.isNaN(at(0.99).accuracy));
});

Deno.test("bestThreshold() keeps right answers and loses wrong ones", () => {
  assertEquals(bestThreshold(rows), (0.85 + 0.6) / 2);
  assertEquals(bestThreshold([]), 0.5);
  assertEquals(bestThreshold([row("a", "a", 0.8), row("a", "a", 0.4)]), 0.2);
});

Deno.test("evaluate() has no figures where there is nothing to measure", () => {
  const nothing = evaluate([], { known: [] });
  assert(Number.isNaN(nothing.accuracy) && Number.isNaN(nothing.ece));
  assert(Number.isNaN(nothing.aurocOos));
  assertStringIncludes(textReport(nothing), "accuracy        -");
});

Deno.test("textReport() draws one line of plain text for each thing", () => {
  const hostile = evaluate([
    { ...row("a", "b", 0.9), text: "line\nbreak \u001b[31mred" },
  ], { known: ["a", "b"] });
  const text = textReport(hostile, { decisionMsP50: 0.0421 });
  assertStringIncludes(text, "0.042 ms");
  assertStringIncludes(text, '1  a as b: "line break [31mred"');
  assert(!text.includes("\u001b"));
  assertEquals(bar(0.5, 4), "██");
  assertEquals(bar(NaN, 4), "");
});

Deno.test("htmlReport() is a page that runs and loads nothing, whatever the data say", () => {
  const name = `<script>alert(1)</script>"'&`;
  const page = htmlReport(
    evaluate([{ ...row(name, "b", 0.9), text: `<img src=x onerror=alert(1)>` }], {
      known: [name, "b"],
    }),
    { title: name, decisionMsP50: 0.1 },
  );
  assert(
    !/<script|<img|<link|src=|href=|url\(/i.test(
      page.replaceAll("&lt;", "").replace(/&quot;|src=x/g, ""),
    ),
  );
  assertStringIncludes(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;");
  assertStringIncludes(page, "<svg");
  assertStringIncludes(page, "default-src 'none'");
});
