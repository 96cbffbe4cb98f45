/**
 * The kernel: compares one query with many rows of int8 codes and tells which are good enough.
 *
 * @module
 */

import {
  access,
  again,
  assemble,
  type Expression,
  type FunctionSource,
  get,
  i32,
  lane,
  loop,
  op,
  set,
  tee,
  when,
  zeros,
} from "./assembler.ts";

function add(a: Expression, b: Expression): Expression {
  return op("i32.add", a, b);
}

function advance(name: string, by: Expression): Expression {
  return set(name, add(get(name), by));
}

/** How sixteen codes are multiplied with the query. */
interface Multiplication {
  /** Loads the query's part at column `j`. */
  readonly load: Expression[];
  /** Adds the products of that part and the codes at `address` to the sums. */
  accumulate(sums: string, address: Expression): Expression[];
}

/** Query as 16-bit integers: exact on every engine with SIMD. */
const wide: Multiplication = {
  load: [
    set("low", access("v128.load", add(get("query"), op("i32.shl", get("j"), i32(1))))),
    set(
      "high",
      access("v128.load", add(get("query"), op("i32.shl", get("j"), i32(1))), { offset: 16 }),
    ),
  ],
  accumulate: (sums, address) => [
    set("codes16", access("v128.load", address)),
    set(
      sums,
      op(
        "i32x4.add",
        op(
          "i32x4.add",
          get(sums),
          op("i32x4.dot_i16x8_s", get("low"), op("i16x8.extend_low_i8x16_s", get("codes16"))),
        ),
        op("i32x4.dot_i16x8_s", get("high"), op("i16x8.extend_high_i8x16_s", get("codes16"))),
      ),
    ),
  ],
};

/** Query as integers from 0 to 127, for which relaxed SIMD gives the same on every processor. */
const relaxed: Multiplication = {
  load: [set("low", access("v128.load", add(get("query"), get("j"))))],
  accumulate: (sums, address) => [
    set(
      sums,
      op(
        "i32x4.relaxed_dot_i8x16_i7x16_add_s",
        access("v128.load", address),
        get("low"),
        get(sums),
      ),
    ),
  ],
};

function total(sums: string): Expression {
  return add(
    add(lane(0, get(sums)), lane(1, get(sums))),
    add(lane(2, get(sums)), lane(3, get(sums))),
  );
}

/** Writes (number, score) of a row whose score is above the threshold; a NaN scale never is. */
function report(sums: string, number: Expression, offset: number): Expression[] {
  const corrected = op(
    "i32.sub",
    total(sums),
    op("i32.mul", access("i32.load", get("codeSum"), { offset }), get("queryOffset")),
  );
  return [
    set(
      "score",
      op(
        "f32.mul",
        op("f32.convert_i32_s", corrected),
        access("f32.load", get("scale"), { offset }),
      ),
    ),
    when(
      op("f32.gt", get("score"), get("threshold")),
      access("i32.store", get("out"), { value: number }),
      access("f32.store", get("out"), { offset: 4, value: get("score") }),
      advance("out", i32(8)),
    ),
  ];
}

/** Two rows are read at once, which halves the loads of the query. */
function scan({ load, accumulate }: Multiplication): FunctionSource {
  return {
    name: "scan",
    parameters: {
      query: "i32",
      queryOffset: "i32",
      codes: "i32",
      codeSum: "i32",
      scale: "i32",
      out: "i32",
      rows: "i32",
      stride: "i32",
      threshold: "f32",
    },
    locals: {
      row: "i32",
      j: "i32",
      low: "v128",
      high: "v128",
      codes16: "v128",
      even: "v128",
      odd: "v128",
      score: "f32",
    },
    result: "i32",
    body: [
      loop(
        "rows",
        set("even", zeros()),
        set("odd", zeros()),
        set("j", i32(0)),
        loop(
          "columns",
          ...load,
          ...accumulate("even", add(get("codes"), get("j"))),
          ...accumulate("odd", add(add(get("codes"), get("stride")), get("j"))),
          again("columns", op("i32.lt_u", tee("j", add(get("j"), i32(16))), get("stride"))),
        ),
        ...report("even", get("row"), 0),
        ...report("odd", add(get("row"), i32(1)), 4),
        advance("codes", op("i32.shl", get("stride"), i32(1))),
        advance("codeSum", i32(8)),
        advance("scale", i32(8)),
        again("rows", op("i32.lt_u", tee("row", add(get("row"), i32(2))), get("rows"))),
      ),
      get("out"),
    ],
  };
}

/** Differing bits of the query and each row. */
const hamming: FunctionSource = {
  name: "hamming",
  parameters: { query: "i32", bits: "i32", out: "i32", rows: "i32", stride: "i32" },
  locals: { row: "i32", j: "i32", sum: "i64" },
  body: [
    loop(
      "rows",
      set("sum", op("i64.xor", get("sum"), get("sum"))),
      set("j", i32(0)),
      loop(
        "words",
        set(
          "sum",
          op(
            "i64.add",
            get("sum"),
            op(
              "i64.popcnt",
              op(
                "i64.xor",
                access("i64.load", add(get("query"), get("j"))),
                access("i64.load", add(get("bits"), get("j"))),
              ),
            ),
          ),
        ),
        again("words", op("i32.lt_u", tee("j", add(get("j"), i32(8))), get("stride"))),
      ),
      access("i32.store", get("out"), { value: op("i32.wrap_i64", get("sum")) }),
      advance("out", i32(4)),
      advance("bits", get("stride")),
      again("rows", op("i32.lt_u", tee("row", add(get("row"), i32(1))), get("rows"))),
    ),
  ],
};

/** The kernel's functions; addresses are byte offsets into its memory. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  /** Largest magnitude of a query's component, and whether it is shifted to be positive. */
  readonly query: { readonly relaxed: boolean };
  /**
   * Compares `rows` rows, an even number, and writes (row, score) pairs above `threshold` at
   * `out`; returns where they end. A row's score is
   * `(query · codes - codeSum * queryOffset) * scale`; one whose scale is NaN is never written.
   */
  scan(
    query: number,
    queryOffset: number,
    codes: number,
    codeSum: number,
    scale: number,
    out: number,
    rows: number,
    stride: number,
    threshold: number,
  ): number;
  /** Writes the Hamming distance of each row of `stride` bytes (a multiple of 8) at `out`. */
  hamming(query: number, bits: number, out: number, rows: number, stride: number): void;
}

/** A kernel with memory of its own; relaxed SIMD is used where the engine has it. */
export function createKernel(options: { relaxed?: boolean } = {}): Kernel {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const fast = assemble([scan(relaxed), hamming]);
  const useRelaxed = (options.relaxed ?? true) && WebAssembly.validate(fast);
  const module = new WebAssembly.Module(useRelaxed ? fast : assemble([scan(wide), hamming]));
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const { scan: scanRows, hamming: hammingRows } = instance.exports;
  return {
    memory,
    query: { relaxed: useRelaxed },
    scan: scanRows as Kernel["scan"],
    hamming: hammingRows as Kernel["hamming"],
  };
}
