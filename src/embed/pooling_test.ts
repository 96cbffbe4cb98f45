import { assertAlmostEquals, assertEquals } from "@std/assert";
import { joinRows, normalize, pool } from "./pooling.ts";

// Two rows of two tokens with two dimensions; the second row's last token is padding.
const hidden = { values: Float32Array.of(3, 0, 0, 3, 0, 2, 9, 9), columns: 2, dimensions: 2 };

Deno.test("pool() averages the tokens that count and scales to length 1", () => {
  const vectors = pool(hidden, [2, 1], "mean");
  assertAlmostEquals(vectors[0] ?? 0, Math.SQRT1_2, 1e-6);
  assertAlmostEquals(vectors[1] ?? 0, Math.SQRT1_2, 1e-6);
  assertEquals([...vectors.slice(2)], [0, 1]);
});

Deno.test("pool() can take the first token alone", () => {
  assertEquals([...pool(hidden, [2, 1], "first-token")], [1, 0, 0, 1]);
});

Deno.test("normalize() leaves a vector of zeros", () => {
  const zeros = new Float32Array(3);
  normalize(zeros);
  assertEquals([...zeros], [0, 0, 0]);
});

Deno.test("joinRows() puts each text's peaks, scaled to length 1, behind its vector", () => {
  const vectors = Float32Array.of(1, 0, 0, 1);
  const joined = joinRows(vectors, Float32Array.of(3, 4, 0, 0, 0, 2), 2);
  [1, 0, 0.6, 0.8, 0, 0, 1, 0, 0, 1].forEach((wanted, i) => assertAlmostEquals(joined[i]!, wanted));
});
