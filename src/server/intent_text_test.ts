import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { intentOf, sessionOf } from "./intent_text.ts";
import { estimateTokens } from "./token_estimate.ts";

function turns(...contents: string[]) {
  return contents.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content }));
}

const long = "Write a python function that parses dates in several formats";

Deno.test("intentOf() is the last user turn", () => {
  const messages = [{ role: "system", content: "Be brief" }, ...turns("Hi there", "Hello", long)];
  assertEquals(intentOf(messages), long);
  assertEquals(intentOf([...messages, { role: "assistant", content: "def f():" }]), long);
  assertEquals(intentOf([{ role: "tool", content: "42" }]), "42");
  assertEquals(intentOf([{ role: "user", content: null }]), "");
});

Deno.test("intentOf() puts what came before a short turn before it", () => {
  assertEquals(intentOf(turns(long, "def f(): …", "and in Rust?")), `${long}\nand in Rust?`);
  assertEquals(intentOf(turns("one", "1", "two", "2", "three", "3", "four")), "two\nthree\nfour");
});

Deno.test("intentOf() reads the text parts of a turn", () => {
  const content = [
    { type: "text", text: "What is on this picture, and where was it taken?" },
    { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
    { type: "text", text: "Answer in German" },
  ];
  assertEquals(
    intentOf([{ role: "user", content }]),
    "What is on this picture, and where was it taken?\nAnswer in German",
  );
});

Deno.test("intentOf() keeps start and end of a long turn, and no half characters", () => {
  const intent = intentOf(turns(`Fix this:\n${"x = 1\n".repeat(10_000)}Thanks`));
  assertEquals(intent.startsWith("Fix this:"), true);
  assertEquals(intent.endsWith("Thanks"), true);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1_990, maxLength: 2_100 }), (text) => {
      const found = intentOf(turns(text));
      assertEquals([found.length <= 2_001, found.isWellFormed()], [true, true]);
    }),
    { numRuns: 50 },
  );
});

Deno.test("sessionOf() stays the same while a conversation goes on", () => {
  const first = sessionOf({}, turns(long));
  assertEquals(sessionOf({}, turns(long, "def f()", "and in Rust?")), first);
  assertNotEquals(sessionOf({}, turns(`${long}!`)), first);
  assertNotEquals(sessionOf({ user: "u2" }, turns(long)), first);
  assertNotEquals(sessionOf({}, [{ role: "system", content: "Brief" }, ...turns(long)]), first);
  assertEquals(sessionOf({ prompt_cache_key: "k" }, turns(long)), "key:k");
  assertEquals(sessionOf({}, [{ role: "user", content: null }]), undefined);
});

Deno.test("estimateTokens() is near for English and not too small for other scripts", () => {
  const estimate = (text: string) =>
    estimateTokens(text.length, new TextEncoder().encode(text).length) / [...text].length;
  const cases: Array<[text: string, min: number, max: number]> = [
    ["The quick brown fox jumps over the lazy dog. ", 0.2, 0.3],
    ["これは日本語の文章です。", 0.9, 1.1],
    ["编写一个解析日期的函数", 0.9, 1.1],
    ["Напиши функцию, которая разбирает даты", 0.4, 0.7],
    ["🙂🚀", 1, 1.5],
  ];
  for (const [text, min, max] of cases) {
    const perCharacter = estimate(text.repeat(50));
    assertEquals(perCharacter >= min && perCharacter <= max, true, `${text} ${perCharacter}`);
  }
});
