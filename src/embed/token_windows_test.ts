import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { sliceText, type Tokenizer, tokenWindows } from "./token_windows.ts";

/** One token a word: its length plus ten; 1 and 2 are the special ones. */
const byWord: Tokenizer = {
  prefix: [1],
  suffix: [2],
  encode: (text) => text.split(/\s+/).filter((word) => word !== "").map((word) => word.length + 10),
};

function words(count: number): string {
  return Array.from({ length: count }, (_, i) => "x".repeat(1 + i % 7)).join(" ");
}

Deno.test("tokenWindows() keeps a text that fits in one window", () => {
  assertEquals([...tokenWindows("a bb", byWord, { maxTokens: 6, overlapTokens: 1 })], [
    { ids: [1, 11, 12, 2], weight: 2, textTokens: 4 },
  ]);
});

Deno.test("tokenWindows() gives an empty text one window of special tokens", () => {
  assertEquals([...tokenWindows(" \n", byWord, { maxTokens: 6, overlapTokens: 1 })], [
    { ids: [1, 2], weight: 1, textTokens: 2 },
  ]);
});

Deno.test("tokenWindows() reads every token of a text of any length", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 6_000 }),
      fc.integer({ min: 8, max: 256 }),
      fc.integer({ min: 0, max: 5 }),
      (count, maxTokens, overlapTokens) => {
        const text = words(count);
        const windows = [...tokenWindows(text, byWord, { maxTokens, overlapTokens })];
        const read: number[] = [];
        windows.forEach(({ ids, weight, textTokens }, i) => {
          assert(ids.length <= maxTokens);
          const inner = ids.slice(1, -1);
          assertEquals([ids[0], ids.at(-1)], [1, 2]);
          assertEquals(weight, Math.max(inner.length, 1));
          assertEquals(textTokens === undefined, i < windows.length - 1);
          if (i > 0) {
            assertEquals(read.slice(read.length - overlapTokens), inner.slice(0, overlapTokens));
          }
          read.push(...inner.slice(i === 0 ? 0 : overlapTokens));
        });
        assertEquals(read, byWord.encode(text));
        assertEquals(windows.at(-1)?.textTokens, count + 2);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("tokenWindows() tokenises no more of a long text than it is asked for", () => {
  let chars = 0;
  const counting: Tokenizer = {
    ...byWord,
    encode: (text) => {
      chars += text.length;
      return byWord.encode(text);
    },
  };
  const windows = tokenWindows(words(500_000), counting, { maxTokens: 256, overlapTokens: 32 });
  for (let i = 0; i < 3; i++) windows.next();
  assert(chars > 0 && chars < 20_000, `${chars} characters were tokenised`);
});

Deno.test("tokenWindows() refuses windows without room for a text", () => {
  assertThrows(
    () => [...tokenWindows("a", byWord, { maxTokens: 4, overlapTokens: 2 })],
    RangeError,
    "no room",
  );
});

Deno.test("sliceText() loses nothing and cuts neither words nor characters where it can", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "é", "🎉", " ", "\n", "中"), maxLength: 400 }),
      fc.integer({ min: 2, max: 40 }),
      (text, maxChars) => {
        const slices = [...sliceText(text, maxChars)];
        assertEquals(slices.join(""), text);
        for (const slice of slices) assert(slice.length <= maxChars && slice.isWellFormed());
      },
    ),
  );
  assertEquals([...sliceText("one two three", 8)], ["one two", " three"]);
  assertEquals([...sliceText("x".repeat(5), 2)], ["xx", "xx", "x"]);
});
