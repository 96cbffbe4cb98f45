import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { quantizeRows, transpose } from "./quantize.ts";

const matrices = fc.integer({ min: 1, max: 9 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc.array(
      fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), {
        minLength: columns,
        maxLength: columns,
      }),
      { maxLength: 6 },
    ),
  })
);

Deno.test("quantizeRows() is off by half a step of the row's scale at most", () => {
  fc.assert(
    fc.property(matrices, fc.constantFrom(31, 127), ({ columns, rows }, largest) => {
      const matrix = Float32Array.from(rows.flat());
      const { values, scales } = quantizeRows(matrix, { columns, largest });
      matrix.forEach((x, i) => {
        const scale = scales[Math.floor(i / columns)] ?? 0;
        assert(Math.abs((values[i] ?? 0) * scale - x) <= scale * 0.5001 + 1e-38);
        assert(Math.abs(values[i] ?? 0) <= largest);
      });
    }),
  );
});

Deno.test("quantizeRows() keeps rows of zeros and refuses half a row", () => {
  const { values, scales } = quantizeRows(new Float32Array(4), { columns: 2 });
  assertEquals([...values], [0, 0, 0, 0]);
  assert(scales.every(Number.isFinite));
  assertThrows(() => quantizeRows(new Float32Array(5), { columns: 2 }), RangeError, "rows of 2");
});

Deno.test("transpose() exchanges rows and columns", () => {
  assertEquals([...transpose(Int8Array.of(1, 2, 3, 4, 5, 6), 3)], [1, 4, 2, 5, 3, 6]);
});
