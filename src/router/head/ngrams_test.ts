import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { GramReader, longestText, mostFeatures, normalise } from "./ngrams.ts";
import { buildVocabulary, type Vocabulary } from "./vocabulary.ts";

function vocabularyOf(texts: readonly string[]): Vocabulary {
  const steps = buildVocabulary(texts, { least: 1, most: 10_000 });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function gramsOf(text: string): string[] {
  return vocabularyOf([text]).spell(text).map(({ gram }) => gram);
}

function hashes(text: string): number[] {
  const reader = new GramReader();
  return [...reader.hashes.subarray(0, reader.read(normalise(text)))];
}

Deno.test("GramReader reads words, pairs with one word between or none, and runs of characters", () => {
  const grams = gramsOf("Book a flight");
  for (const gram of ["book", "flight", "book a", "book a flight", "a flight"]) {
    assert(grams.includes(gram), `${gram} of ${grams}`);
  }
});

Deno.test("GramReader tells scripts without spaces apart by character and pair", () => {
  const grams = gramsOf("東京の天気");
  for (const gram of ["東", "京", "東京", "天気"]) assert(grams.includes(gram), `${grams}`);
});

Deno.test("GramReader gives equal texts equal hashes, whatever their case and width", () => {
  assertEquals(hashes("Straße ABC"), hashes("straße ａｂｃ"));
  assertNotEquals(hashes("ab c"), hashes("a bc"));
});

Deno.test("GramReader stays within its bounds for any text", () => {
  const reader = new GramReader();
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
    const normalised = normalise(text);
    const count = reader.read(normalised);
    assert(count <= mostFeatures);
    for (let i = 0; i < count; i++) {
      assert(reader.starts[i]! < reader.ends[i]! && reader.ends[i]! <= normalised.length);
    }
  }));
  assert(reader.read(normalise("word ".repeat(300_000))) <= mostFeatures);
  assert(normalise("x".repeat(2_000_000)).length <= longestText + 1);
});

Deno.test("Vocabulary.read() gives each known n-gram once, with unit length, and passes over others", () => {
  const vocabulary = vocabularyOf(["pay my bill", "pay my rent"]);
  const { rows, values, count } = vocabulary.read("pay pay my mortgage");
  assertEquals(new Set(rows.subarray(0, count)).size, count);
  const squares = values.subarray(0, count).reduce((sum, x) => sum + x * x, 0);
  assert(Math.abs(squares - 1) < 1e-5);
  assertEquals(vocabulary.read("zzz").count, 0);
  for (let row = 0; row < vocabulary.size; row++) {
    assertEquals(vocabulary.find(vocabulary.hashes[row]!), row);
  }
});
