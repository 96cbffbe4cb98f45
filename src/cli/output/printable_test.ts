import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { renderJson } from "./json.ts";
import { printable, printableLines } from "./printable.ts";

// deno-lint-ignore no-control-regex
const obeyed = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
const nasty = fc.array(
  fc.oneof(
    fc.integer({ min: 0, max: 0xa0 }).map((code) => String.fromCharCode(code)),
    fc.constantFrom("\x1b]0;owned\x07", "\x1b[2J", "\u202e", "\u2067", "\u2028", "日本", "👩‍💻"),
  ),
).map((parts) => parts.join(""));

Deno.test("printable() leaves nothing that a terminal obeys", () => {
  assertEquals(printable("llama\x1b[31m\nred\x07"), "llama␛[31m␊red␇");
  assertEquals(printable("gnp\u202eexe"), "gnp\ufffdexe");
  fc.assert(fc.property(nasty, (text) => assert(!obeyed.test(printable(text)))));
});

Deno.test("printable() leaves ordinary text alone", () => {
  const text = "qwen2.5-coder:7b — naïve 日本語 👩‍💻 שלום";
  assertEquals(printable(text), text);
});

Deno.test("printableLines() keeps line feeds and tabs only", () => {
  assertEquals(printableLines("a\tb\r\nc\x1b[2Jd\re"), "a\tb\nc␛[2Jd␍e");
  fc.assert(fc.property(nasty, (text) => {
    // deno-lint-ignore no-control-regex
    assert(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(printableLines(text)));
  }));
});

Deno.test("renderJson() is safe for a terminal and still the same value", () => {
  fc.assert(fc.property(nasty, (text) => {
    const json = renderJson({ text }, { indented: true });
    assert(!obeyed.test(json.replaceAll("\n", "")));
    assertEquals(JSON.parse(json), { text });
  }));
});

Deno.test("renderJson() is one line in a pipe", () => {
  assertEquals(renderJson({ a: [1, "x\n"] }, { indented: false }), '{"a":[1,"x\\n"]}\n');
});
