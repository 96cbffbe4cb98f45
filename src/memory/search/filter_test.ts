import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../../core/errors.ts";
import { createMemory } from "../memory.ts";
import type { Filter } from "../types.ts";
import { compileScope } from "./filter.ts";

type Scalar = string | number | boolean | null;
type Meta = Record<string, Scalar | Scalar[]>;

const names = ["a", "b", "c"] as const;
const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, "x", "y", "10", "O'Brien", true, false, null),
);
const meta: fc.Arbitrary<Meta> = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })),
);
const comparable = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom("x", "10"));
const condition = fc.oneof(
  scalar,
  fc.record({ $eq: scalar }),
  fc.record({ $ne: scalar }),
  fc.record({ $gt: comparable }),
  fc.record({ $gte: comparable, $lt: comparable }),
  fc.record({ $lte: comparable }),
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $nin: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.dictionary(fc.constantFrom(...names), condition) as fc.Arbitrary<Filter>,
    fc.record({ $and: fc.array(tie("filter"), { maxLength: 3 }) }) as fc.Arbitrary<Filter>,
    fc.record({ $or: fc.array(tie("filter"), { maxLength: 3 }) }) as fc.Arbitrary<Filter>,
    fc.record({ $not: tie("filter") }) as fc.Arbitrary<Filter>,
  ),
}));

/** What the documentation says, in plain JavaScript. */
function matches(item: Meta, wanted: Filter): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    if (name === "$and") return (value as Filter[]).every((part) => matches(item, part));
    if (name === "$or") return (value as Filter[]).some((part) => matches(item, part));
    if (name === "$not") return !matches(item, value as Filter);
    const field = item[name];
    const values = Array.isArray(field) ? field : field === undefined ? [] : [field];
    const operators = typeof value === "object" && value !== null ? value : { $eq: value };
    return Object.entries(operators).every(([operator, operand]) => {
      const compare = (test: (v: string | number, o: string | number) => boolean) =>
        values.some((v) =>
          typeof v === typeof operand && typeof v !== "boolean" && v !== null &&
          test(v, operand as string | number)
        );
      switch (operator) {
        case "$eq":
          return values.includes(operand as Scalar);
        case "$ne":
          return !values.includes(operand as Scalar);
        case "$in":
          return values.some((v) => (operand as Scalar[]).includes(v));
        case "$nin":
          return !values.some((v) => (operand as Scalar[]).includes(v));
        case "$exists":
          return (field !== undefined) === operand;
        case "$gt":
          return compare((v, o) => v > o);
        case "$gte":
          return compare((v, o) => v >= o);
        case "$lt":
          return compare((v, o) => v < o);
        default:
          return compare((v, o) => v <= o);
      }
    });
  });
}

Deno.test("list() and search() with a filter leave what the documentation says", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using memory = await createMemory({ path: `${dir}/m.db` });
    const items = fc.sample(meta, { numRuns: 60, seed: 5 });
    await memory.add(
      items.map((metadata, i) => ({ id: String(i), text: "all", metadata, vector: [1, i] })),
    );
    await fc.assert(
      fc.asyncProperty(filter, async (wanted) => {
        const { items: found } = await memory.list({ filter: wanted, limit: 100 });
        const expected = items.flatMap((item, i) => matches(item, wanted) ? [String(i)] : []);
        const sorted = (ids: string[]) => ids.map(Number).sort((a, b) => a - b).map(String);
        assertEquals(sorted(found.map(({ id }) => id)), expected);
        for (const query of [{ text: "all" }, { vector: [1, 2] }]) {
          const { hits } = await memory.search({ ...query, filter: wanted, limit: 100 });
          assertEquals(sorted(hits.map(({ item }) => item.id)), expected);
        }
      }),
      { numRuns: 150 },
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("compileScope() refuses what is no filter", () => {
  const refuse = (wrong: unknown) =>
    assertThrows(() => compileScope({ filter: wrong as Filter }, 1), AtmosphereError);
  refuse("text");
  refuse([]);
  refuse({ a: { $regex: "x" } });
  refuse({ $where: "1" });
  refuse({ a: {} });
  refuse({ a: { $gt: true } });
  refuse({ a: { $in: "x" } });
  refuse({ a: { $exists: 1 } });
  refuse({ a: { $eq: { b: 1 } } });
  refuse({ $or: { a: 1 } });
  refuse({ a: { $in: new Array(300).fill(1) } });
});

Deno.test("list() narrows by namespace, source and time", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using memory = await createMemory({ path: `${dir}/m.db` });
    await memory.createCollection("default", { space: { kind: "none" } });
    const at = (day: number) => `2026-01-0${day}T00:00:00.000Z`;
    await memory.add([
      { id: "1", text: "one", namespace: "n", createdAt: at(1) },
      { id: "2", text: "two", namespace: "n", createdAt: at(2), source: "s" },
      { id: "3", text: "three", createdAt: at(3) },
    ]);
    const ids = async (scope: Parameters<typeof memory.list>[0]) =>
      (await memory.list(scope)).items.map(({ id }) => id);
    assertEquals(await ids({ namespace: "n" }), ["1", "2"]);
    assertEquals(await ids({ namespace: "" }), ["3"]);
    assertEquals(await ids({ source: "s" }), ["2"]);
    assertEquals(await ids({ createdAfter: at(2) }), ["3", "2"]);
    assertEquals(await ids({ createdAfter: at(1), createdBefore: at(3) }), ["1", "2"]);
    await assertRejects(() => memory.list({ createdAfter: "yesterday" }), AtmosphereError);
    const { hits } = await memory.search({ text: "one two three", createdBefore: at(2) });
    assertEquals(hits.map(({ item }) => item.id), ["1"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
