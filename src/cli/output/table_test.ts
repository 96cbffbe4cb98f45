import { assert, assertEquals } from "@std/assert";
import { colours, noColours, paletteFor } from "./colour.ts";
import { renderTable } from "./table.ts";
import { columnsOf, fit, pad, wrap } from "./width.ts";

const columns = [
  { title: "NAME", shrinks: true },
  { title: "SIZE", align: "right" },
  { title: "WHERE" },
] as const;

Deno.test("renderTable() aligns columns by what they take on a terminal", () => {
  const text = renderTable({
    columns,
    rows: [["llama3.2:3b", "3", "ollama"], ["日本語モデル", "70", "vllm"], ["e\u0301", "1", "x"]],
    palette: noColours,
  });
  assertEquals(
    text,
    [
      "NAME          SIZE  WHERE",
      "llama3.2:3b      3  ollama",
      "日本語モデル    70  vllm",
      "e\u0301                1  x",
      "",
    ].join("\n"),
  );
});

Deno.test("renderTable() shortens what may shrink, and only then", () => {
  const rows = [["a-model-with-a-very-long-name-indeed", "1", "ollama"]];
  const wide = renderTable({ columns, rows, palette: noColours });
  assert(wide.includes("a-model-with-a-very-long-name-indeed"));
  const narrow = renderTable({ columns, rows, palette: noColours, width: 30 });
  for (const line of narrow.split("\n")) assert(columnsOf(line) <= 30, line);
  assert(narrow.includes("…") && narrow.includes("ollama"));
});

Deno.test("renderTable() does not let a cell reach the terminal or another row", () => {
  const text = renderTable({
    columns,
    rows: [["evil\x1b[2J\nname", "1", { text: "\x1b]0;t\x07", style: noColours.bad }]],
    palette: noColours,
  });
  assertEquals(text.split("\n").length, 3);
  assert(!text.includes("\x1b") && !text.includes("\x07"));
});

Deno.test("renderTable() styles cells without moving columns", () => {
  const plain = renderTable({ columns, rows: [["a", "1", "b"]], palette: noColours });
  const styled = renderTable({
    columns,
    rows: [[{ text: "a", style: colours.good }, "1", "b"]],
    palette: colours,
  });
  assert(styled.includes("\x1b[32m"));
  // deno-lint-ignore no-control-regex
  assertEquals(styled.replace(/\x1b\[\d+m/g, ""), plain);
});

Deno.test("columnsOf() counts what a terminal draws", () => {
  assertEquals(columnsOf("abc"), 3);
  assertEquals(columnsOf("日本"), 4);
  assertEquals(columnsOf("한국"), 4);
  assertEquals(columnsOf("👩‍💻"), 2);
  assertEquals(columnsOf("🇯🇵"), 2);
  assertEquals(columnsOf("é"), 1);
  assertEquals(columnsOf("e\u0301"), 1);
  assertEquals(columnsOf("❤\ufe0f"), 2);
});

Deno.test("fit() cuts between graphemes and within the columns", () => {
  assertEquals(fit("日本語", 5), "日本…");
  assertEquals(fit("日本語", 4), "日…");
  assertEquals(fit("abc", 3), "abc");
  assertEquals(fit("👩‍💻👩‍💻", 3), "👩‍💻…");
  assertEquals(pad("日", 4, "right"), "  日");
});

Deno.test("wrap() breaks at blanks and keeps long words whole", () => {
  assertEquals(wrap("one two  three", 7), ["one two", "three"]);
  assertEquals(wrap("a-very-long-word x", 5), ["a-very-long-word", "x"]);
  assertEquals(wrap("", 5), [""]);
});

Deno.test("paletteFor() has colours on a terminal only, and not against the user's word", () => {
  const env = { TERM: "xterm" };
  assertEquals(paletteFor({ isTerminal: true, env, wanted: true }), colours);
  assertEquals(paletteFor({ isTerminal: false, env, wanted: true }), noColours);
  assertEquals(paletteFor({ isTerminal: true, env, wanted: false }), noColours);
  assertEquals(paletteFor({ isTerminal: true, env: { NO_COLOR: "1" }, wanted: true }), noColours);
  assertEquals(paletteFor({ isTerminal: true, env: { NO_COLOR: "" }, wanted: true }), colours);
  assertEquals(paletteFor({ isTerminal: true, env: { TERM: "dumb" }, wanted: true }), noColours);
});
