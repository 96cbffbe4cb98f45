import { assert, assertEquals } from "@std/assert";
import { readCues } from "./lexical_cues.ts";
import data from "./specialities.json" with { type: "json" };
import { intentClasses } from "./intent_classes.ts";

function labels(text: string): string[] {
  return [...new Set(readCues(text).cues.map((cue) => cue.label))];
}

Deno.test("readCues() recognises what the wording gives away", () => {
  for (
    const [text, label] of [
      ["```rust\nfn main() {}\n```", "code"],
      ['Exception in thread "main" java.lang.NullPointerException', "code"],
      ["\\int_0^1 x dx", "maths"],
      ["show that it converges", "maths"],
      ["one guard always lies, one tells the truth", "reasoning"],
      ["Translate this letter into Polish", "multilingual"],
      ["これはどういう意味ですか", "multilingual"],
      ["¿Dónde está la estación de tren?", "multilingual"],
      ["write a poem for my dad", "writing"],
      ["let's roleplay", "roleplay"],
      ["tl;dr please", "summarising"],
      ["side effects of aspirin", "medical"],
      ["is this clause enforceable", "legal"],
      ["yes or no: is it blue?", "quick"],
      ["thanks!", "quick"],
      ["what is in the attached image", "vision"],
    ] as const
  ) {
    assert(labels(text).includes(label), `${text}: ${labels(text)}`);
  }
});

Deno.test("readCues() finds nothing in plain talk", () => {
  assertEquals(labels("What should we see on our way to the coast this weekend?"), []);
});

Deno.test("readCues() takes code that is to be translated for code", () => {
  assertEquals(labels("Translate this shell script to PowerShell").includes("multilingual"), false);
});

Deno.test("readCues() reads the start and the end of a long text", () => {
  const filler = "lorem ipsum ".repeat(100_000);
  assert(labels(`${filler} Summarise this`).includes("summarising"));
  assert(labels(`Summarise this: ${filler}`).includes("summarising"));
  assert(readCues(filler).hardness <= 1);
});

Deno.test("readCues() is quick on texts made to be slow", () => {
  const hostile = [
    "lies ",
    "select ",
    "a_",
    "write a ",
    "\\begin",
    "der die ",
    "$x",
    "\n at ",
    "¿",
  ];
  const start = performance.now();
  for (const part of hostile) readCues(part.repeat(2000));
  // No timing assertion but a guard against runaway backtracking, which takes minutes.
  assert(performance.now() - start < 20_000);
});

Deno.test("the cues' labels are classes, and every class has anchors", () => {
  for (const cue of data.cues) assert((intentClasses as readonly string[]).includes(cue.label));
  for (const name of intentClasses) assert(data.specialities[name].length >= 12, name);
});
