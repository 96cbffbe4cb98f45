import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { VectorCache } from "./vector_cache.ts";

const vectorOf = (n: number) => Float32Array.of(n, -n, n / 2);

Deno.test("VectorCache remembers the texts used last, whatever the order of use", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.record({ isSet: fc.boolean(), key: fc.integer({ min: 0, max: 8 }) })),
      (capacity, steps) => {
        const cache = new VectorCache(capacity);
        const expected = new Map<number, number>();
        steps.forEach(({ isSet, key }, i) => {
          const known = expected.get(key);
          if (isSet || known !== undefined) expected.delete(key);
          if (isSet) {
            cache.set(`text ${key}`, vectorOf(i));
            expected.set(key, i);
            const [oldest] = expected.keys();
            if (expected.size > capacity && oldest !== undefined) expected.delete(oldest);
          } else {
            assertEquals(
              cache.get(`text ${key}`),
              known === undefined ? undefined : vectorOf(known),
            );
            if (known !== undefined) expected.set(key, known);
          }
          assertEquals(cache.size, expected.size);
        });
      },
    ),
  );
});

Deno.test("VectorCache gives and takes copies", () => {
  const cache = new VectorCache(2);
  const given = vectorOf(1);
  cache.set("a", given);
  given.fill(9);
  cache.get("a")?.fill(8);
  assertEquals(cache.get("a"), vectorOf(1));
});

Deno.test("VectorCache spends no memory on texts that are too long", () => {
  const cache = new VectorCache(4);
  cache.set("x".repeat(100_000), vectorOf(1));
  assertEquals(cache.size, 0);
  // Together they are longer than what four entries may take.
  for (const letter of "abcd") cache.set(letter.repeat(1_000), vectorOf(2));
  assertEquals(cache.size, 2);
  assertEquals(cache.get("d".repeat(1_000)), vectorOf(2));
});

Deno.test("VectorCache remembers nothing when its capacity is 0", () => {
  const cache = new VectorCache(0);
  cache.set("a", vectorOf(1));
  assertEquals(cache.get("a"), undefined);
});
