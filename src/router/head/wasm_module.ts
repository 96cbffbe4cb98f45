/**
 * The bytes of a small WebAssembly module with the loops that training and scoring spend their
 * time in, four numbers at a time.
 *
 * Only plain SIMD is used, whose results are the same on every processor; the relaxed variants are
 * not.
 *
 * @module
 */

import {
  access,
  add,
  advance,
  again,
  assemble,
  type Expression,
  type FunctionSource,
  get,
  i32,
  loop,
  op,
  set,
  type ValueType,
  zeros,
} from "../../core/wasm_assembler.ts";

/** `do { body; counter -= step } while (counter != 0)`; the counter must not start at zero. */
function countDown(counter: string, step: number, body: readonly Expression[]): Expression {
  return loop(
    counter,
    ...body,
    advance(counter, i32(-step)),
    again(counter, get(counter)),
  );
}

function multiply(a: Expression, b: Expression): Expression {
  return op("i32.mul", a, b);
}

function mul(a: Expression, b: Expression): Expression {
  return op("f32x4.mul", a, b);
}

/** Four numbers at an address. */
function load(local: string, offset = 0): Expression {
  return access("v128.load", get(local), { offset });
}

/** One number at an address, four times. */
function loadSplat(local: string): Expression {
  return access("v128.load32_splat", get(local));
}

function store(local: string, offset: number, value: Expression): Expression {
  return access("v128.store", get(local), { offset, value });
}

/** `sum + a * b`, lane by lane, rounded twice. */
function multiplyAdd(sum: Expression, a: Expression, b: Expression): Expression {
  return op("f32x4.add", sum, op("f32x4.mul", a, b));
}

function named(names: readonly string[], type: ValueType): Record<string, ValueType> {
  return Object.fromEntries(names.map((name) => [name, type]));
}

interface FunctionCode {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly integers: readonly string[];
  readonly vectors: readonly string[];
  readonly body: readonly Expression[];
}

const tileRows = [0, 1, 2, 3] as const;
const tileTargets = ["cTile", "c1", "c2", "c3"] as const;

/**
 * C += A B in tiles of four rows and eight columns. Rows of A are `aStride` bytes apart and its columns
 * `aStep`, so that a transposed A is the same matrix with both exchanged.
 */
const product: FunctionCode = {
  name: "product",
  parameters: ["a", "aStride", "aStep", "b", "bStride", "c", "cStride", "rows", "columns", "inner"],
  integers: ["j", "k", "bTile", "cTile", "pB", "p0", "p1", "p2", "p3", "c1", "c2", "c3"],
  vectors: ["b0", "b1", "x", "s00", "s01", "s10", "s11", "s20", "s21", "s30", "s31"],
  body: [
    countDown("rows", 4, [
      set("j", get("columns")),
      set("bTile", get("b")),
      set("cTile", get("c")),
      countDown("j", 8, [
        set("pB", get("bTile")),
        set("p0", get("a")),
        set("p1", add(get("p0"), get("aStride"))),
        set("p2", add(get("p1"), get("aStride"))),
        set("p3", add(get("p2"), get("aStride"))),
        set("c1", add(get("cTile"), get("cStride"))),
        set("c2", add(get("c1"), get("cStride"))),
        set("c3", add(get("c2"), get("cStride"))),
        ...tileRows.flatMap((r) => [
          set(`s${r}0`, load(tileTargets[r]!)),
          set(`s${r}1`, load(tileTargets[r]!, 16)),
        ]),
        set("k", get("inner")),
        countDown("k", 1, [
          set("b0", load("pB")),
          set("b1", load("pB", 16)),
          ...tileRows.flatMap((r) => [
            set("x", loadSplat(`p${r}`)),
            set(`s${r}0`, multiplyAdd(get(`s${r}0`), get("x"), get("b0"))),
            set(`s${r}1`, multiplyAdd(get(`s${r}1`), get("x"), get("b1"))),
            advance(`p${r}`, get("aStep")),
          ]),
          advance("pB", get("bStride")),
        ]),
        ...tileRows.flatMap((r) => [
          store(tileTargets[r]!, 0, get(`s${r}0`)),
          store(tileTargets[r]!, 16, get(`s${r}1`)),
        ]),
        advance("bTile", i32(32)),
        advance("cTile", i32(32)),
      ]),
      advance("a", multiply(get("aStride"), i32(4))),
      advance("c", multiply(get("cStride"), i32(4))),
    ]),
  ],
};

/** out += the sum of values[i] * table[indexes[i]]. */
const gather: FunctionCode = {
  name: "gather",
  parameters: ["indexes", "values", "count", "table", "stride", "out", "columns"],
  integers: ["k", "pI", "pX", "row"],
  vectors: ["x", "s0", "s1"],
  body: [countDown("columns", 8, [
    set("pI", get("indexes")),
    set("pX", get("values")),
    set("k", get("count")),
    set("s0", load("out")),
    set("s1", load("out", 16)),
    countDown("k", 1, [
      set("row", add(get("table"), multiply(access("i32.load", get("pI")), get("stride")))),
      set("x", loadSplat("pX")),
      set("s0", multiplyAdd(get("s0"), get("x"), load("row"))),
      set("s1", multiplyAdd(get("s1"), get("x"), load("row", 16))),
      advance("pI", i32(4)),
      advance("pX", i32(4)),
    ]),
    store("out", 0, get("s0")),
    store("out", 16, get("s1")),
    advance("out", i32(32)),
    advance("table", i32(32)),
  ])],
};

/** table[indexes[i]] += values[i] * row. */
const scatter: FunctionCode = {
  name: "scatter",
  parameters: ["indexes", "values", "count", "table", "stride", "row", "columns"],
  integers: ["k", "p", "from"],
  vectors: ["x"],
  body: [countDown("count", 1, [
    set("p", add(get("table"), multiply(access("i32.load", get("indexes")), get("stride")))),
    set("x", loadSplat("values")),
    set("from", get("row")),
    set("k", get("columns")),
    countDown(
      "k",
      8,
      [0, 16].map((offset) =>
        store(
          "p",
          offset,
          multiplyAdd(
            load("p", offset),
            get("x"),
            load("from", offset),
          ),
        )
      ).concat([advance("p", i32(32)), advance("from", i32(32))]),
    ),
    advance("indexes", i32(4)),
    advance("values", i32(4)),
  ])],
};

const adamConstants = ["share", "b1", "c1", "b2", "c2", "kept", "rate", "tiny"] as const;

/**
 * One step of Adam over `count` weights. The constants are splat from `p`: the share of the gradient,
 * both moments with their complements, the weight kept, the rate and the tiny number.
 */
const adam: FunctionCode = {
  name: "adam",
  parameters: ["w", "g", "m", "v", "p", "count"],
  integers: [],
  vectors: [...adamConstants, "x", "mean", "square"],
  body: [
    ...adamConstants.flatMap((local) => [
      set(local, loadSplat("p")),
      advance("p", i32(4)),
    ]),
    countDown("count", 4, [
      set("x", mul(load("g"), get("share"))),
      set(
        "mean",
        op("f32x4.add", mul(load("m"), get("b1")), mul(get("x"), get("c1"))),
      ),
      set(
        "square",
        op("f32x4.add", mul(load("v"), get("b2")), mul(mul(get("x"), get("x")), get("c2"))),
      ),
      store("m", 0, get("mean")),
      store("v", 0, get("square")),
      store(
        "w",
        0,
        op(
          "f32x4.sub",
          mul(load("w"), get("kept")),
          op(
            "f32x4.div",
            mul(get("mean"), get("rate")),
            op("f32x4.add", op("f32x4.sqrt", get("square")), get("tiny")),
          ),
        ),
      ),
      ...["w", "g", "m", "v"].map((local) => advance(local, i32(16))),
    ]),
  ],
};

/**
 * Products of 8 bit rows with one vector of 16 bit numbers: four partial sums of each row, one after
 * another in `out`.
 */
const dots: FunctionCode = {
  name: "dots",
  parameters: ["codes", "vector", "out", "rows", "dimensions"],
  integers: ["k", "p"],
  vectors: ["sum"],
  body: [countDown("rows", 1, [
    set("p", get("vector")),
    set("k", get("dimensions")),
    set("sum", zeros()),
    countDown("k", 8, [
      set(
        "sum",
        op(
          "i32x4.add",
          get("sum"),
          op("i32x4.dot_i16x8_s", access("v128.load8x8_s", get("codes")), load("p")),
        ),
      ),
      advance("codes", i32(8)),
      advance("p", i32(16)),
    ]),
    store("out", 0, get("sum")),
    advance("out", i32(16)),
  ])],
};

/** The module: imports `env.memory`, exports `product`, `gather`, `scatter`, `adam` and `dots`. */
export function kernelModule(): Uint8Array<ArrayBuffer> {
  return assemble(
    [product, gather, scatter, adam, dots].map((code): FunctionSource => ({
      name: code.name,
      parameters: named(code.parameters, "i32"),
      locals: { ...named(code.integers, "i32"), ...named(code.vectors, "v128") },
      body: code.body,
    })),
  );
}
