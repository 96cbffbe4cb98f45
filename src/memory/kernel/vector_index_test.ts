import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cosine } from "./quantize.ts";
import { createKernel } from "./scan.ts";
import { codeVectors, decodeSegment, encodeSegment, withoutRows } from "./segment.ts";
import { Top } from "./top.ts";
import { VectorIndex } from "./vector_index.ts";

/** Reproducible vectors. */
function vectors(count: number, dimensions: number, seed = 1): Float32Array[] {
  let state = seed;
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
  return Array.from({ length: count }, () => new Float32Array(dimensions).map(next));
}

function numbered(all: readonly Float32Array[]) {
  return all.map((vector, i) => ({ seq: i * 3 + 1, vector }));
}

function filled(all: readonly Float32Array[], options: { relaxed?: boolean } = {}): VectorIndex {
  const index = new VectorIndex(all[0]!.length, { kernel: createKernel(options) });
  all.forEach((vector, i) => index.append(i * 3 + 1, vector));
  return index;
}

function nearestExactly(query: Float32Array, all: readonly Float32Array[], among?: Set<number>) {
  return all.map((vector, i) => [i * 3 + 1, cosine(query, vector)] as const)
    .filter(([seq]) => among === undefined || among.has(seq))
    .sort((a, b) => b[1] - a[1])
    .map(([seq]) => seq);
}

for (const relaxed of [true, false]) {
  for (const dimensions of [3, 16, 100, 384]) {
    Deno.test(`nearest() has the exact best among its forty (${dimensions}, relaxed ${relaxed})`, () => {
      const all = vectors(2500, dimensions);
      const index = filled(all, { relaxed });
      for (const query of vectors(20, dimensions, 99)) {
        const { seqs, compared } = index.nearest(query, { limit: 40 });
        assertEquals(compared, 2500);
        const found = new Set(seqs);
        for (const seq of nearestExactly(query, all).slice(0, 10)) {
          assert(found.has(seq), `row ${seq} is missing`);
        }
      }
    });
  }
}

Deno.test("nearest() finds only allowed rows, few or many", () => {
  const all = vectors(2000, 32);
  const index = filled(all);
  for (const step of [2, 500]) {
    const allowed = all.flatMap((_, i) => i % step === 0 ? [i * 3 + 1] : []);
    for (const query of vectors(5, 32, 7)) {
      const { seqs, compared } = index.nearest(query, { limit: 40, allowed: { seqs: allowed } });
      assertEquals(compared, allowed.length);
      assertEquals(seqs.length, Math.min(40, allowed.length));
      const best = nearestExactly(query, all, new Set(allowed)).slice(0, 4);
      for (const seq of best) assert(seqs.includes(seq));
      for (const seq of seqs) assert(allowed.includes(seq));
    }
  }
});

Deno.test("remove() takes a row out for good", () => {
  const all = vectors(10, 8);
  const index = filled(all);
  assert(index.remove(4));
  assert(!index.remove(4));
  assert(!index.remove(5));
  assertEquals(index.size, 9);
  const { seqs } = index.nearest(all[1]!, { limit: 10 });
  assertEquals(seqs.length, 9);
  assert(!seqs.includes(4));
});

Deno.test("encodeSegment() and decodeSegment() bring an index back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 2500 }), (d, n) => {
      const all = vectors(n, d, n);
      const index = filled(all);
      const copy = new VectorIndex(d);
      for (let at = 0; at < n; at += 300) {
        const coded = codeVectors(numbered(all).slice(at, at + 300), d);
        copy.appendCoded(decodeSegment(encodeSegment(coded).buffer, index.stride)!);
      }
      assertEquals(copy.size, n);
      const query = all.at(-1)!;
      assertEquals(copy.nearest(query, { limit: 5 }).seqs, index.nearest(query, { limit: 5 }).seqs);
    }),
    { numRuns: 20 },
  );
});

Deno.test("decodeSegment() refuses bytes that are no rows", () => {
  assertEquals(decodeSegment(new ArrayBuffer(29), 16), undefined);
});

Deno.test("withoutRows() leaves the other rows as they were", () => {
  const coded = codeVectors(numbered(vectors(5, 16)), 16);
  const rest = withoutRows(coded, new Set([4, 13]));
  assertEquals([...rest.seqs], [1, 7, 10]);
  assertEquals(rest.codes.slice(16, 32), coded.codes.slice(32, 48));
  assertEquals(rest.sums[2], coded.sums[3]);
});

Deno.test("Top keeps the best of any sequence", () => {
  const scores = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 200 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 30 }), (values, capacity) => {
      const top = new Top(capacity);
      values.forEach((value, i) => top.offer(i, value));
      const sorted = [...values].sort((a, b) => b - a).slice(0, capacity);
      assertEquals(top.entries().map(({ score }) => score + 0), sorted.map((value) => value + 0));
    }),
  );
});

/** Vectors around a few centres, as embeddings are. */
function clustered(count: number, dimensions: number): Float32Array[] {
  const centres = vectors(20, dimensions, 5);
  return vectors(count, dimensions, 17).map((own, i) =>
    own.map((value, j) => centres[i % 20]![j]! + 0.3 * value)
  );
}

Deno.test("nearestByBits() finds the best of clustered vectors among few", () => {
  const all = clustered(4000, 128);
  const index = filled(all);
  let hits = 0;
  for (const query of clustered(40, 128).map((vector) => vector.map((value) => value + 0.01))) {
    const { seqs, compared } = index.nearestByBits(query, { limit: 10, keep: 400 });
    assert(compared >= 400 && compared < 2000, `${compared} were compared`);
    const exact = new Set(index.nearest(query, { limit: 10 }).seqs);
    hits += seqs.filter((seq) => exact.has(seq)).length;
  }
  assert(hits >= 390, `${hits} of 400`);
});

Deno.test("nearestByBits() does not find removed rows and finds added ones", () => {
  const all = vectors(3000, 64);
  const index = filled(all);
  const best = index.nearestByBits(all[5]!, { limit: 1, keep: 100 }).seqs;
  assertEquals(best, [16]);
  index.remove(16);
  assert(!index.nearestByBits(all[5]!, { limit: 10, keep: 100 }).seqs.includes(16));
  index.append(100_000, all[5]!);
  assertEquals(index.nearestByBits(all[5]!, { limit: 1, keep: 100 }).seqs, [100_000]);
});
