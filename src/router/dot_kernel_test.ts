import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { DotKernel, quantiseRows } from "./dot_kernel.ts";
import { VectorTable } from "./vector_table.ts";

function unit(values: readonly number[]): Float32Array {
  const norm = Math.hypot(...values) || 1;
  return Float32Array.from(values, (x) => x / norm);
}

Deno.test("dotAll() is near the exact products for any length of vector", () => {
  const component = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }).chain((length) =>
        fc.array(fc.array(component, { minLength: length, maxLength: length }), {
          minLength: 2,
          maxLength: 6,
        })
      ),
      (rows) => {
        const vectors = rows.map(unit);
        const query = vectors[0]!;
        const table = new VectorTable(vectors);
        const found = table.dotAll(query);
        vectors.forEach((_, i) => assertAlmostEquals(found[i]!, table.dot(i, query), 0.02));
      },
    ),
  );
});

Deno.test("dotAll() is off by less than 0.002 for unit vectors of 384 dimensions", () => {
  let state = 1;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
  const vectors = Array.from(
    { length: 200 },
    () => unit(Array.from({ length: 384 }, next)),
  );
  const table = new VectorTable(vectors);
  const found = table.dotAll(vectors[7]!);
  vectors.forEach((_, i) => {
    assert(Math.abs(found[i]! - table.dot(i, vectors[7]!)) < 0.002, `row ${i}`);
  });
});

Deno.test("dotRange() computes a part, at its place", () => {
  const kernel = new DotKernel(quantiseRows([unit([1, 0]), unit([0, 1]), unit([1, 1])], 2));
  kernel.setQuery(unit([0, 1]));
  const found = kernel.dotRange(1, 3);
  assertAlmostEquals(found[1]!, 1, 0.01);
  assertAlmostEquals(found[2]!, Math.SQRT1_2, 0.01);
  assertEquals(found[0], 0);
  assertEquals(kernel.dotRange(2, 2), found);
});

Deno.test("dotAll() survives vectors of nothing, zeros and no numbers", () => {
  assertEquals(new DotKernel(quantiseRows([], 0)).dotAll(new Float32Array(0)).length, 0);
  const kernel = new DotKernel(
    quantiseRows([new Float32Array(3), Float32Array.of(NaN, 1, Infinity)], 3),
  );
  assertEquals([...kernel.dotAll(new Float32Array(3))], [0, 0]);
  assert([...kernel.dotAll(Float32Array.of(NaN, 1, 0))].every(Number.isFinite));
});

Deno.test("VectorTable() refuses vectors of different lengths", () => {
  assertThrows(() => new VectorTable([new Float32Array(2), new Float32Array(3)]), TypeError);
});

Deno.test("comparable() is false for another length and for an empty table", () => {
  const table = new VectorTable([new Float32Array(2)]);
  assertEquals(table.comparable(new Float32Array(2)), true);
  assertEquals(table.comparable(new Float32Array(3)), false);
  assertEquals(table.comparable(undefined), false);
  assertEquals(new VectorTable([]).comparable(new Float32Array(0)), false);
});
