import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../../core/mod.ts";
import { readCsv } from "./csv.ts";
import { crossValidationFolds, drawRows } from "./folds.ts";
import { formatOf, readLabelled } from "./labelled.ts";

Deno.test("readLabelled() reads CSV with quotes, a byte order mark, CRLF and other columns", () => {
  const content =
    '\ufeffid,Category,TEXT\r\n1,pay,"a ""quoted"", text"\r\n2,oos,"two\nlines"\r\n\r\n' +
    "3, None ,last";
  assertEquals(readLabelled(content, { format: "csv" }), {
    rows: [
      { text: 'a "quoted", text', label: "pay" },
      { text: "two\nlines", label: "none" },
      { text: "last", label: "none" },
    ],
    broken: [],
  });
});

Deno.test("readLabelled() names broken CSV lines, and keeps the others when asked", () => {
  const content = 'text,label\ngood,a\nonly one\n"multi\nline",b\n,a\nx,\n"unclosed,c\n' +
    '"a"b,c\nlast,d\n';
  const { rows, broken } = readLabelled(content, { format: "csv", onBroken: "skip" });
  assertEquals(rows.map(({ text }) => text), ["good", "multi\nline", "last"]);
  assertEquals(broken.map(({ line }) => line), [3, 6, 7, 8, 9]);
  const error = assertThrows(
    () => readLabelled(content, { format: "csv", source: "x.csv" }),
    AtmosphereError,
  );
  assertEquals(error.code, "invalid_request");
  assertStringIncludes(error.message, "Reading x.csv failed: line 3: it has 1 fields");
});

Deno.test("readLabelled() refuses CSV without the columns that it needs", () => {
  for (const content of ["", "a,b\n1,2", "text\nx", "utterance,label\nx,y"]) {
    const error = assertThrows(() => readLabelled(content, { format: "csv" }), AtmosphereError);
    assertStringIncludes(error.message, "its header must have");
  }
});

Deno.test("readLabelled() reads JSON Lines and names the broken ones", () => {
  const content =
    '{"text":"a","label":"x"}\r\n\n{"text":"b","category":"OOS","id":1}\n{bad\n[1]\n' +
    '{"text":5,"label":"x"}\n{"text":"c"}\n{"text":" ","label":"x"}\n';
  const { rows, broken } = readLabelled(content, { format: "jsonl", onBroken: "skip" });
  assertEquals(rows, [{ text: "a", label: "x" }, { text: "b", label: "none" }]);
  assertEquals(broken.map(({ line, reason }) => `${line}: ${reason}`), [
    "4: it is not JSON",
    "5: it is not a JSON object",
    "6: it has no text",
    "7: it has no label",
    "8: its text is empty",
  ]);
});

Deno.test("formatOf() goes by the name, then by the look", () => {
  assertEquals(formatOf("a/b.CSV", "{"), "csv");
  assertEquals(formatOf("x.jsonl", "text,label"), "jsonl");
  assertEquals(formatOf("stdin", '\ufeff \n{"text":1}'), "jsonl");
  assertEquals(formatOf("stdin", "text,label"), "csv");
});

const field = fc.string({
  maxLength: 12,
  unit: fc.constantFrom("a", ",", '"', "\n", "\r", "é", " "),
});

Deno.test("readCsv() reads back whatever is written as RFC 4180 says", () => {
  const records = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
  fc.assert(fc.property(records, fc.constantFrom("\n", "\r\n"), (written, lineEnd) => {
    const content = written.map((fields) =>
      fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(",") + lineEnd
    ).join("");
    const { records, broken } = readCsv(content);
    assertEquals(broken, []);
    assertEquals(records.map(({ fields }) => fields), written);
  }));
});

Deno.test("readCsv() and readLabelled() never fail on any text but for a reason that they state", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (content) => {
    readCsv(content);
    readLabelled(content, { format: "jsonl", onBroken: "skip" });
    const { rows } = readLabelled(`text,label\n${content}`, { format: "csv", onBroken: "skip" });
    assert(rows.every(({ text, label }) => text !== "" && label !== ""));
  }));
});

const labelled = Array.from({ length: 53 }, (_, i) => ({ text: `t${i}`, label: `l${i % 4}` }));

Deno.test("crossValidationFolds() asks about each row once and keeps labels balanced", () => {
  const folds = crossValidationFolds(labelled, { folds: 5, seed: 2 });
  assertEquals(folds.flatMap(({ test }) => test).sort((a, b) => a - b), labelled.map((_, i) => i));
  for (const { train, test } of folds) {
    assertEquals(train.length + test.length, labelled.length);
    for (const label of ["l0", "l1", "l2", "l3"]) {
      const count = test.filter((i) => labelled[i]!.label === label).length;
      assert(count === 2 || count === 3, `${count}`);
    }
  }
  assertEquals(folds, crossValidationFolds(labelled, { folds: 5, seed: 2 }));
  assertThrows(() => crossValidationFolds(labelled, { folds: 1, seed: 2 }), RangeError, "got 1");
});

Deno.test("drawRows() draws so many of each label, the same by the same seed", () => {
  const drawn = drawRows(labelled, { perLabel: 3, seed: 5 });
  assertEquals(drawn.length, 12);
  assertEquals(drawn, drawRows(labelled, { perLabel: 3, seed: 5 }));
  assertEquals(drawRows(labelled, { perLabel: 99, seed: 5 }), labelled);
});
