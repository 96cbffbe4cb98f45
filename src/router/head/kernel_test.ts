import { assert, assertEquals } from "@std/assert";
import { Kernel } from "./kernel.ts";
import { seededRandom } from "./random.ts";

const random = seededRandom(5);

function fill(data: Float32Array): void {
  for (let i = 0; i < data.length; i++) data[i] = random() * 2 - 1;
}

function near(actual: Float32Array, expected: readonly number[]): void {
  assertEquals(actual.length, expected.length);
  expected.forEach((value, i) => assert(Math.abs(actual[i]! - value) < 1e-4, `at ${i}`));
}

Deno.test("Kernel.product() multiplies, plain and transposed, and adds to what is there", () => {
  for (const [rows, inner, columns] of [[4, 1, 8], [8, 5, 16], [12, 48, 24]] as const) {
    const kernel = new Kernel({ numbers: 4000, blocks: 8 });
    const a = kernel.matrix(rows, inner);
    const across = kernel.matrix(inner, rows);
    const b = kernel.matrix(inner, columns);
    const c = kernel.matrix(rows, columns);
    const d = kernel.matrix(rows, columns);
    fill(a.data);
    fill(b.data);
    c.data.fill(1);
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < inner; k++) across.data[k * rows + i] = a.data[i * inner + k]!;
    }
    kernel.product(a, b, { into: c, inner });
    kernel.product(across, b, { into: d, inner, transposed: true });
    const expected = Array.from({ length: rows * columns }, (_, at) => {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        sum += a.data[Math.floor(at / columns) * inner + k]! * b.data[k * columns + at % columns]!;
      }
      return sum;
    });
    near(d.data, expected);
    near(c.data, expected.map((x) => x + 1));
  }
});

Deno.test("Kernel.gather() and scatter() add rows by their numbers", () => {
  const kernel = new Kernel({ numbers: 400, blocks: 8 });
  const table = kernel.matrix(5, 8);
  const indexes = kernel.integers(4);
  const values = kernel.matrix(1, 4);
  const steps = kernel.matrix(1, 4);
  const out = kernel.matrix(2, 8);
  fill(table.data);
  indexes.data.set([9, 4, 0, 4]);
  values.data.set([9, 2, -1, 0.5]);
  const slice = { indexes, values, steps, first: 1, count: 3 };
  kernel.gather(slice, table, { matrix: out, row: 1 });
  const row = (r: number) => [...table.data.subarray(r * 8, r * 8 + 8)];
  near(out.data, [
    ...new Array<number>(8).fill(0),
    ...row(4).map((x, i) => 2.5 * x - row(0)[i]!),
  ]);
  const before = row(4);
  steps.data.set([1, 10, 2]);
  kernel.scatter(slice, table, { matrix: out, row: 1 });
  near(table.data.subarray(32, 40), before.map((x, i) => x + 3 * out.data[8 + i]!));
  kernel.gather({ ...slice, count: 0 }, table, { matrix: out, row: 0 });
  near(out.data.subarray(0, 8), new Array<number>(8).fill(0));
});

Deno.test("Kernel.adam() moves weights as the formula says", () => {
  const kernel = new Kernel({ numbers: 200, blocks: 8 });
  const [weights, gradient, first, second] = [1, 2, 3, 4].map(() => kernel.matrix(1, 8));
  const constants = kernel.matrix(1, 8);
  fill(weights!.data);
  fill(gradient!.data);
  const before = [...weights!.data];
  constants.data.set([0.5, 0.9, 0.1, 0.99, 0.01, 0.98, 0.2, 1e-6]);
  kernel.adam(
    { weights: weights!, gradient: gradient!, first: first!, second: second! },
    constants,
  );
  near(
    weights!.data,
    before.map((w, i) => {
      const g = gradient!.data[i]! * 0.5;
      return w * 0.98 - 0.2 * 0.1 * g / (Math.sqrt(0.01 * g * g) + 1e-6);
    }),
  );
});

Deno.test("Kernel.dots() multiplies rows of bytes with a vector of 16 bit numbers", () => {
  for (const dimensions of [8, 13, 384]) {
    const kernel = new Kernel({ numbers: 4_000, blocks: 4 });
    const codes = kernel.codes(5, dimensions);
    const vector = kernel.shorts(dimensions);
    const out = kernel.integers(12);
    for (let row = 0; row < 5; row++) {
      for (let d = 0; d < dimensions; d++) {
        codes.data[row * codes.stride + d] = Math.round(254 * random() - 127);
      }
    }
    for (let d = 0; d < dimensions; d++) vector.data[d] = Math.round(32_766 * random() - 16_383);
    kernel.dots({ codes, first: 2, count: 3 }, vector, out);
    for (let row = 0; row < 3; row++) {
      let expected = 0;
      for (let d = 0; d < dimensions; d++) {
        expected += codes.data[(row + 2) * codes.stride + d]! * vector.data[d]!;
      }
      const sums = out.data.subarray(4 * row, 4 * row + 4);
      assertEquals(sums.reduce((sum, value) => sum + value, 0), expected);
    }
  }
});
