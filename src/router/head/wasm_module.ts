/**
 * The bytes of a small WebAssembly module with the loops that training and scoring spend their
 * time in, four numbers at a time.
 *
 * Only plain SIMD is used, whose results are the same on every processor; the relaxed variants are
 * not. Encoding: WebAssembly core specification 2.0, "Binary Format".
 *
 * @module
 */

type Code = readonly number[];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** A vector of the binary format: its length, then its items. */
function list(items: readonly Code[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...unsigned(bytes.length), ...bytes];
}

const i32Type = 0x7f;
const v128Type = 0x7b;
const simd = 0xfd;

/** Names of a function's locals, parameters first. */
class Locals {
  readonly #indexes = new Map<string, number>();

  constructor(names: readonly string[]) {
    names.forEach((local, i) => this.#indexes.set(local, i));
  }

  get(local: string): Code {
    return [0x20, ...unsigned(this.#indexes.get(local)!)];
  }

  set(local: string, value: Code): Code {
    return [...value, 0x21, ...unsigned(this.#indexes.get(local)!)];
  }

  /** Adds `by` to a pointer or counter. */
  advance(local: string, by: Code): Code {
    return this.set(local, add(this.get(local), by));
  }

  /** `do { body; counter -= step } while (counter != 0)`; the counter must not start at zero. */
  countDown(counter: string, step: number, body: readonly Code[]): Code {
    return [
      0x03,
      0x40,
      ...body.flat(),
      ...this.set(counter, [...this.get(counter), ...constant(step), 0x6b]),
      ...this.get(counter),
      0x0d,
      0,
      0x0b,
    ];
  }
}

/** An `i32` constant from 0 to 63. */
function constant(value: number): Code {
  return [0x41, value];
}

function add(a: Code, b: Code): Code {
  return [...a, ...b, 0x6a];
}

function multiply(a: Code, b: Code): Code {
  return [...a, ...b, 0x6c];
}

function loadInteger(address: Code): Code {
  return [...address, 0x28, 2, 0];
}

function loadVector(address: Code, offset: number): Code {
  return [...address, simd, 0x00, 2, offset];
}

/** One `f32` in all four lanes. */
function loadSplat(address: Code): Code {
  return [...address, simd, 0x09, 2, 0];
}

/** Eight signed bytes as eight 16 bit integers. */
function loadWidened(address: Code): Code {
  return [...address, simd, 0x01, 0, 0];
}

/** An `i32` in all four lanes. */
function splat(value: Code): Code {
  return [...value, simd, 0x11];
}

function storeVector(address: Code, offset: number, value: Code): Code {
  return [...address, ...value, simd, 0x0b, 2, offset];
}

function binary(a: Code, b: Code, opcode: number): Code {
  return [...a, ...b, simd, opcode, 0x01];
}

const addOp = 0xe4;
const subtractOp = 0xe5;
const multiplyOp = 0xe6;
const divideOp = 0xe7;
const integerAddOp = 0xae;
/** Sums of two neighbouring products of 16 bit integers. */
const pairedDotOp = 0xba;

function squareRoot(a: Code): Code {
  return [...a, simd, 0xe3, 0x01];
}

/** `sum + a * b`, lane by lane, rounded twice. */
function multiplyAdd(sum: Code, a: Code, b: Code): Code {
  return [...sum, ...a, ...b, simd, 0xe6, 0x01, simd, 0xe4, 0x01];
}

interface FunctionCode {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly integers: readonly string[];
  readonly vectors: readonly string[];
  readonly body: (locals: Locals) => readonly Code[];
}

/**
 * C += A B in tiles of four rows and eight columns. Rows of A are `aStride` bytes apart and its columns
 * `aStep`, so that a transposed A is the same matrix with both exchanged.
 */
const product: FunctionCode = {
  name: "product",
  parameters: ["a", "aStride", "aStep", "b", "bStride", "c", "cStride", "rows", "columns", "inner"],
  integers: ["j", "k", "bTile", "cTile", "pB", "p0", "p1", "p2", "p3", "c1", "c2", "c3"],
  vectors: ["b0", "b1", "x", "s00", "s01", "s10", "s11", "s20", "s21", "s30", "s31"],
  body: (v) => {
    const at = ["cTile", "c1", "c2", "c3"];
    const rows = [0, 1, 2, 3];
    const four = constant(4);
    return [v.countDown("rows", 4, [
      v.set("j", v.get("columns")),
      v.set("bTile", v.get("b")),
      v.set("cTile", v.get("c")),
      v.countDown("j", 8, [
        v.set("pB", v.get("bTile")),
        v.set("p0", v.get("a")),
        v.set("p1", add(v.get("p0"), v.get("aStride"))),
        v.set("p2", add(v.get("p1"), v.get("aStride"))),
        v.set("p3", add(v.get("p2"), v.get("aStride"))),
        v.set("c1", add(v.get("cTile"), v.get("cStride"))),
        v.set("c2", add(v.get("c1"), v.get("cStride"))),
        v.set("c3", add(v.get("c2"), v.get("cStride"))),
        ...rows.flatMap((r) => [
          v.set(`s${r}0`, loadVector(v.get(at[r]!), 0)),
          v.set(`s${r}1`, loadVector(v.get(at[r]!), 16)),
        ]),
        v.set("k", v.get("inner")),
        v.countDown("k", 1, [
          v.set("b0", loadVector(v.get("pB"), 0)),
          v.set("b1", loadVector(v.get("pB"), 16)),
          ...rows.flatMap((r) => [
            v.set("x", loadSplat(v.get(`p${r}`))),
            v.set(`s${r}0`, multiplyAdd(v.get(`s${r}0`), v.get("x"), v.get("b0"))),
            v.set(`s${r}1`, multiplyAdd(v.get(`s${r}1`), v.get("x"), v.get("b1"))),
            v.advance(`p${r}`, v.get("aStep")),
          ]),
          v.advance("pB", v.get("bStride")),
        ]),
        ...rows.flatMap((r) => [
          storeVector(v.get(at[r]!), 0, v.get(`s${r}0`)),
          storeVector(v.get(at[r]!), 16, v.get(`s${r}1`)),
        ]),
        v.advance("bTile", constant(32)),
        v.advance("cTile", constant(32)),
      ]),
      v.advance("a", multiply(v.get("aStride"), four)),
      v.advance("c", multiply(v.get("cStride"), four)),
    ])];
  },
};

/** out += the sum of values[i] * table[indexes[i]]. */
const gather: FunctionCode = {
  name: "gather",
  parameters: ["indexes", "values", "count", "table", "stride", "out", "columns"],
  integers: ["k", "pI", "pX", "row"],
  vectors: ["x", "s0", "s1"],
  body: (v) => [v.countDown("columns", 8, [
    v.set("pI", v.get("indexes")),
    v.set("pX", v.get("values")),
    v.set("k", v.get("count")),
    v.set("s0", loadVector(v.get("out"), 0)),
    v.set("s1", loadVector(v.get("out"), 16)),
    v.countDown("k", 1, [
      v.set("row", add(v.get("table"), multiply(loadInteger(v.get("pI")), v.get("stride")))),
      v.set("x", loadSplat(v.get("pX"))),
      v.set("s0", multiplyAdd(v.get("s0"), v.get("x"), loadVector(v.get("row"), 0))),
      v.set("s1", multiplyAdd(v.get("s1"), v.get("x"), loadVector(v.get("row"), 16))),
      v.advance("pI", constant(4)),
      v.advance("pX", constant(4)),
    ]),
    storeVector(v.get("out"), 0, v.get("s0")),
    storeVector(v.get("out"), 16, v.get("s1")),
    v.advance("out", constant(32)),
    v.advance("table", constant(32)),
  ])],
};

/** table[indexes[i]] += values[i] * row. */
const scatter: FunctionCode = {
  name: "scatter",
  parameters: ["indexes", "values", "count", "table", "stride", "row", "columns"],
  integers: ["k", "p", "from"],
  vectors: ["x"],
  body: (v) => [v.countDown("count", 1, [
    v.set("p", add(v.get("table"), multiply(loadInteger(v.get("indexes")), v.get("stride")))),
    v.set("x", loadSplat(v.get("values"))),
    v.set("from", v.get("row")),
    v.set("k", v.get("columns")),
    v.countDown(
      "k",
      8,
      [0, 16].map((offset) =>
        storeVector(
          v.get("p"),
          offset,
          multiplyAdd(
            loadVector(v.get("p"), offset),
            v.get("x"),
            loadVector(v.get("from"), offset),
          ),
        )
      ).concat([v.advance("p", constant(32)), v.advance("from", constant(32))]),
    ),
    v.advance("indexes", constant(4)),
    v.advance("values", constant(4)),
  ])],
};

/**
 * One step of Adam over `count` weights. The constants are splat from `p`: the share of the gradient,
 * both moments with their complements, the weight kept, the rate and the tiny number.
 */
const adam: FunctionCode = {
  name: "adam",
  parameters: ["w", "g", "m", "v", "p", "count"],
  integers: [],
  vectors: ["share", "b1", "c1", "b2", "c2", "kept", "rate", "tiny", "x", "mean", "square"],
  body: (v) => {
    const constants = ["share", "b1", "c1", "b2", "c2", "kept", "rate", "tiny"];
    const mul = (a: Code, b: Code) => binary(a, b, multiplyOp);
    return [
      ...constants.flatMap((local) => [
        v.set(local, loadSplat(v.get("p"))),
        v.advance("p", constant(4)),
      ]),
      v.countDown("count", 4, [
        v.set("x", mul(loadVector(v.get("g"), 0), v.get("share"))),
        v.set(
          "mean",
          binary(
            mul(loadVector(v.get("m"), 0), v.get("b1")),
            mul(v.get("x"), v.get("c1")),
            addOp,
          ),
        ),
        v.set(
          "square",
          binary(
            mul(loadVector(v.get("v"), 0), v.get("b2")),
            mul(mul(v.get("x"), v.get("x")), v.get("c2")),
            addOp,
          ),
        ),
        storeVector(v.get("m"), 0, v.get("mean")),
        storeVector(v.get("v"), 0, v.get("square")),
        storeVector(
          v.get("w"),
          0,
          binary(
            mul(loadVector(v.get("w"), 0), v.get("kept")),
            binary(
              mul(v.get("mean"), v.get("rate")),
              binary(squareRoot(v.get("square")), v.get("tiny"), addOp),
              divideOp,
            ),
            subtractOp,
          ),
        ),
        ...["w", "g", "m", "v"].map((local) => v.advance(local, constant(16))),
      ]),
    ];
  },
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
  body: (v) => [v.countDown("rows", 1, [
    v.set("p", v.get("vector")),
    v.set("k", v.get("dimensions")),
    v.set("sum", splat(constant(0))),
    v.countDown("k", 8, [
      v.set(
        "sum",
        binary(
          v.get("sum"),
          binary(loadWidened(v.get("codes")), loadVector(v.get("p"), 0), pairedDotOp),
          integerAddOp,
        ),
      ),
      v.advance("codes", constant(8)),
      v.advance("p", constant(16)),
    ]),
    storeVector(v.get("out"), 0, v.get("sum")),
    v.advance("out", constant(16)),
  ])],
};

const functions = [product, gather, scatter, adam, dots];

function section(id: number, items: readonly Code[]): number[] {
  const content = list(items);
  return [id, ...unsigned(content.length), ...content];
}

function encode(code: FunctionCode): number[] {
  const locals = new Locals([...code.parameters, ...code.integers, ...code.vectors]);
  const body = [
    ...list([
      [...unsigned(code.integers.length), i32Type],
      [...unsigned(code.vectors.length), v128Type],
    ]),
    ...code.body(locals).flat(),
    0x0b,
  ];
  return [...unsigned(body.length), ...body];
}

/** The module: imports `env.memory`, exports `product`, `gather`, `scatter`, `adam` and `dots`. */
export function kernelModule(): Uint8Array<ArrayBuffer> {
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, functions.map((f) => [0x60, ...list(f.parameters.map(() => [i32Type])), 0])),
    ...section(2, [[...name("env"), ...name("memory"), 0x02, 0x00, 0x01]]),
    ...section(3, functions.map((_, i) => unsigned(i))),
    ...section(7, functions.map((f, i) => [...name(f.name), 0x00, ...unsigned(i)])),
    ...section(10, functions.map(encode)),
  ]);
}
