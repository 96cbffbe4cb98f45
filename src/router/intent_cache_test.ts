import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { IntentCache, intentKey, type IntentVectors } from "./intent_cache.ts";
import { anyText, axis } from "./testdata/capabilities.ts";

function vectorsOf(dimension: number): IntentVectors {
  const vector = axis(dimension);
  return { vector, features: vector };
}

function cacheOf(...texts: string[]): IntentCache {
  const cache = new IntentCache({ maxEntries: 100 });
  texts.forEach((text, i) => cache.set(text, vectorsOf(i)));
  return cache;
}

const long = Array.from(
  { length: 150 },
  (_, i) => `Sentence about topic ${"abcdefghij"[i % 10]}${"klmnopqrst"[Math.floor(i / 15)]}`,
).join(". ");

Deno.test("get() finds the same text, and one that is only typed differently", () => {
  const cache = cacheOf("Write a poem about rain");
  assertEquals(cache.get("Write a poem about rain")?.match, "exact");
  assertEquals(cache.get("write a  POEM about rain!\n")?.match, "near");
  assertEquals(cache.get("Write a poem about rain…")?.match, "near");
  assertEquals(cache.get("Write a poem about snow"), undefined);
});

Deno.test("get() does not confuse texts that differ in a number or a negation", () => {
  for (
    const [stored, asked] of [
      ["Is 17 a prime number?", "Is 71 a prime number?"],
      ["What is 10!", "What is 10"],
      ["Add 1.5 to it", "Add 15 to it"],
      ["Is x < y", "Is x > y"],
      ["Write it in C++", "Write it in C"],
      ["Please delete it", "Please don't delete it"],
      ["You can go", "You can not go"],
      ["3, 4", "34"],
    ] as const
  ) {
    assertEquals(cacheOf(stored).get(asked), undefined, `${stored} / ${asked}`);
  }
});

Deno.test("get() takes a long text with one word changed for a near duplicate", () => {
  const cache = cacheOf(long);
  assertEquals(
    cache.get(long.replace("Sentence about topic ak", "Sentence about topik ak"))?.match,
    "near",
  );
  assertEquals(cache.get(long.slice(0, 2000)), undefined);
});

Deno.test("get() does not confuse long texts that differ in a number or a negation", () => {
  assertEquals(cacheOf(`${long} 17`).get(`${long} 71`), undefined);
  assertEquals(cacheOf(`${long} do it`).get(`${long} do not do it`), undefined);
  assertEquals(cacheOf(`${long} I can`).get(`${long} I can't`), undefined);
});

Deno.test("set() keeps to the bound, the least recently used out first", () => {
  const cache = new IntentCache({ maxEntries: 2 });
  cache.set("one", vectorsOf(1));
  cache.set("two", vectorsOf(2));
  cache.get("one");
  cache.set("three", vectorsOf(3));
  assertEquals(cache.size, 2);
  assertEquals(cache.get("two"), undefined);
  assertEquals(cache.get("TWO"), undefined);
  assert(cache.get("one"));
  const nothing = new IntentCache({ maxEntries: 0 });
  nothing.set("one", vectorsOf(1));
  assertEquals(nothing.get("one"), undefined);
});

Deno.test("set() replaces the vector of a text", () => {
  const cache = cacheOf("one");
  cache.set("one", vectorsOf(5));
  assertStrictEquals(cache.get("ONE")?.vectors.vector[5], 1);
  assertEquals(cache.size, 1);
});

Deno.test("clear() forgets near duplicates as well", () => {
  const cache = cacheOf("one", long);
  cache.clear();
  assertEquals(cache.get("ONE"), undefined);
  assertEquals(cache.get(long), undefined);
});

Deno.test("get() and set() take any text", () => {
  const cache = new IntentCache({ maxEntries: 8 });
  fc.assert(fc.property(anyText(200), (text) => {
    cache.set(text, vectorsOf(1));
    assertEquals(cache.get(text)?.match, "exact");
    assertEquals(intentKey(intentKey(text)), intentKey(text));
  }));
  cache.set("a. ".repeat(300_000), vectorsOf(2));
  assertEquals(cache.get("a. ".repeat(300_000))?.match, "exact");
});
