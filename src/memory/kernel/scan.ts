/**
 * The kernel: compares one query with many rows of int8 codes and tells which are good enough.
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
  lane,
  loop,
  op,
  set,
  tee,
  when,
  zeros,
} from "../../core/wasm_assembler.ts";

/** How codes are multiplied with the query, sixteen at a time. */
interface Multiplication {
  /** log2 of the bytes that a number of the query takes. */
  readonly log2Bytes: 0 | 1;
  /** Adds the products of the `k`th sixteen after `q` and `codes` to the sums. */
  accumulate(sums: string, k: number): Expression;
}

/** Query as 16-bit integers: exact on every engine with SIMD. */
const wide: Multiplication = {
  log2Bytes: 1,
  accumulate: (sums, k) => {
    const codes = access("v128.load", get("codes"), { offset: 16 * k });
    const products = (half: "low" | "high", codes: Expression) =>
      op(
        "i32x4.dot_i16x8_s",
        access("v128.load", get("q"), { offset: 32 * k + (half === "low" ? 0 : 16) }),
        op(`i16x8.extend_${half}_i8x16_s`, codes),
      );
    return set(
      sums,
      op(
        "i32x4.add",
        op("i32x4.add", get(sums), products("low", codes)),
        products("high", codes),
      ),
    );
  },
};

/** Query as integers from 0 to 127, for which relaxed SIMD gives the same on every processor. */
const relaxed: Multiplication = {
  log2Bytes: 0,
  accumulate: (sums, k) =>
    set(
      sums,
      op(
        "i32x4.relaxed_dot_i8x16_i7x16_add_s",
        access("v128.load", get("codes"), { offset: 16 * k }),
        access("v128.load", get("q"), { offset: 16 * k }),
        get(sums),
      ),
    ),
};

// Several sums, since each addition waits for the one before.
const sums = ["sums0", "sums1", "sums2", "sums3"] as const;
/** Codes that are multiplied in one turn of the inner loop: eight times sixteen. */
const turnCodes = 128;

function total(vector: string): Expression {
  return add(
    add(lane(0, get(vector)), lane(1, get(vector))),
    add(lane(2, get(vector)), lane(3, get(vector))),
  );
}

/** Adds to the sums until `q` is at `end`; `times` sixteens a turn. */
function columns(
  multiplication: Multiplication,
  options: { end: string; times: number },
): Expression {
  const { end, times } = options;
  const label = `until ${end}`;
  return when(
    op("i32.lt_u", get("q"), get(end)),
    loop(
      label,
      ...Array.from(
        { length: times },
        (_, k) => multiplication.accumulate(sums[k % sums.length]!, k),
      ),
      advance("codes", i32(16 * times)),
      again(
        label,
        op(
          "i32.lt_u",
          tee("q", add(get("q"), i32((16 * times) << multiplication.log2Bytes))),
          get(end),
        ),
      ),
    ),
  );
}

/**
 * One row after another: that is as the memory is read quickest, and reading is what takes the time.
 * Scores above the threshold are written with their row; a NaN scale never gives one.
 */
function scan(multiplication: Multiplication): FunctionSource {
  const sizeBytes = (codes: Expression) => op("i32.shl", codes, i32(multiplication.log2Bytes));
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
      q: "i32",
      lastTurn: "i32",
      end: "i32",
      sums0: "v128",
      sums1: "v128",
      sums2: "v128",
      sums3: "v128",
      score: "f32",
    },
    result: "i32",
    body: [
      set(
        "lastTurn",
        add(get("query"), sizeBytes(op("i32.and", get("stride"), i32(-turnCodes)))),
      ),
      set("end", add(get("query"), sizeBytes(get("stride")))),
      loop(
        "rows",
        ...sums.map((vector) => set(vector, zeros())),
        set("q", get("query")),
        columns(multiplication, { end: "lastTurn", times: turnCodes / 16 }),
        columns(multiplication, { end: "end", times: 1 }),
        ...sums.slice(1).map((vector) => set("sums0", op("i32x4.add", get("sums0"), get(vector)))),
        set(
          "score",
          op(
            "f32.mul",
            op(
              "f32.convert_i32_s",
              op(
                "i32.sub",
                total("sums0"),
                op("i32.mul", access("i32.load", get("codeSum")), get("queryOffset")),
              ),
            ),
            access("f32.load", get("scale")),
          ),
        ),
        when(
          op("f32.gt", get("score"), get("threshold")),
          access("i32.store", get("out"), { value: get("row") }),
          access("f32.store", get("out"), { offset: 4, value: get("score") }),
          advance("out", i32(8)),
        ),
        advance("codeSum", i32(4)),
        advance("scale", i32(4)),
        again("rows", op("i32.lt_u", tee("row", add(get("row"), i32(1))), get("rows"))),
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
   * Compares `rows` rows, at least one, and writes (row, score) pairs above `threshold` at `out`;
   * returns where they end. A row's score is
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

/** The module, unless the engine lacks instructions that it needs. */
function compile(multiplication: Multiplication): WebAssembly.Module | undefined {
  try {
    return new WebAssembly.Module(assemble([scan(multiplication), hamming]));
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return undefined;
    throw error;
  }
}

/** A kernel with memory of its own; relaxed SIMD is used where the engine has it. */
export function createKernel(options: { relaxed?: boolean } = {}): Kernel {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const fast = options.relaxed === false ? undefined : compile(relaxed);
  const module = fast ?? compile(wide);
  if (module === undefined) throw new Error("The engine has no WebAssembly SIMD");
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const { scan: scanRows, hamming: hammingRows } = instance.exports;
  return {
    memory,
    query: { relaxed: fast !== undefined },
    scan: scanRows as Kernel["scan"],
    hamming: hammingRows as Kernel["hamming"],
  };
}
