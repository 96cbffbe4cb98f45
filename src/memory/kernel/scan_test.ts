import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createKernel } from "./scan.ts";

const outAt = 0;
const queryAt = 4_096;
const codesAt = 8_192;

interface Input {
  query: number[];
  rows: { codes: number[]; scale: number; sum: number }[];
  offset: number;
  threshold: number;
}

/** The kernel's formula in plain JavaScript. */
function reference({ query, rows, offset, threshold }: Input): [number, number][] {
  return rows.flatMap(({ codes, scale, sum }, row): [number, number][] => {
    const dot = codes.reduce((total, code, i) => total + code * query[i]!, 0);
    const score = Math.fround(Math.fround(dot - sum * offset) * Math.fround(scale));
    return score > threshold ? [[row, score]] : [];
  });
}

function runKernel(input: Input, relaxed: boolean): [number, number][] {
  const kernel = createKernel({ relaxed });
  assertEquals(kernel.query.relaxed, relaxed);
  kernel.memory.grow(4);
  const { buffer } = kernel.memory;
  const stride = input.query.length;
  const rows = input.rows.length;
  const sumsAt = codesAt + rows * stride;
  const scalesAt = sumsAt + rows * 4;
  const query = relaxed
    ? new Uint8Array(buffer, queryAt, stride)
    : new Int16Array(buffer, queryAt, stride);
  query.set(input.query);
  input.rows.forEach(({ codes, scale, sum }, row) => {
    new Int8Array(buffer, codesAt + row * stride, stride).set(codes);
    new Int32Array(buffer, sumsAt, rows)[row] = sum;
    new Float32Array(buffer, scalesAt, rows)[row] = scale;
  });
  const end = kernel.scan(
    queryAt,
    input.offset,
    codesAt,
    sumsAt,
    scalesAt,
    outAt,
    rows,
    stride,
    input.threshold,
  );
  const count = (end - outAt) / 8;
  const numbers = new Int32Array(buffer, outAt, count * 2);
  const scores = new Float32Array(buffer, outAt, count * 2);
  return Array.from({ length: count }, (_, i) => [numbers[i * 2]!, scores[i * 2 + 1]!]);
}

function inputs(query: { min: number; max: number }): fc.Arbitrary<Input> {
  return fc.tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 9 })).chain((
    [blocks, count],
  ) => {
    const numbers = (range: { min: number; max: number }) =>
      fc.array(fc.integer(range), { minLength: blocks * 16, maxLength: blocks * 16 });
    const row = fc.record({
      codes: numbers({ min: -127, max: 127 }),
      scale: fc.oneof(fc.float({ min: Math.fround(1e-6), max: 1, noNaN: true }), fc.constant(NaN)),
      sum: fc.integer({ min: -30_000, max: 30_000 }),
    });
    return fc.record({
      query: numbers(query),
      rows: fc.array(row, { minLength: count, maxLength: count }),
      offset: fc.integer({ min: 0, max: 64 }),
      threshold: fc.oneof(
        fc.constant(-Infinity),
        fc.float({ min: -1000, max: 1000, noNaN: true }),
      ),
    });
  });
}

Deno.test("createKernel() with relaxed SIMD scores as the reference does", () => {
  fc.assert(
    fc.property(inputs({ min: 0, max: 127 }), (input) => {
      assertEquals(runKernel(input, true), reference(input));
    }),
  );
});

Deno.test("createKernel() without relaxed SIMD scores as the reference does", () => {
  fc.assert(
    fc.property(inputs({ min: -8191, max: 8191 }), (input) => {
      assertEquals(runKernel(input, false), reference(input));
    }),
  );
});

Deno.test("hamming() counts differing bits", () => {
  const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(bytes, fc.array(bytes, { minLength: 1, maxLength: 5 }), (query, rows) => {
      const kernel = createKernel();
      const { buffer } = kernel.memory;
      new Uint8Array(buffer, queryAt, 16).set(query);
      rows.forEach((row, i) => new Uint8Array(buffer, codesAt + i * 16, 16).set(row));
      kernel.hamming(queryAt, codesAt, outAt, rows.length, 16);
      const expected = rows.map((row) =>
        row.reduce(
          (sum, byte, i) => sum + (byte ^ query[i]!).toString(2).replaceAll("0", "").length,
          0,
        )
      );
      assertEquals([...new Int32Array(buffer, outAt, rows.length)], expected);
    }),
  );
});

Deno.test("createKernel() works where relaxed SIMD is missing", () => {
  assert(!createKernel({ relaxed: false }).query.relaxed);
});
