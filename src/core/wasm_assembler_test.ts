import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  access,
  advance,
  again,
  assemble,
  type FunctionSource,
  get,
  i32,
  loop,
  op,
  set,
  when,
} from "./wasm_assembler.ts";

type Exports = Record<string, (...values: number[]) => number>;

function instantiate(functions: readonly FunctionSource[], memory = newMemory()): Exports {
  const module = new WebAssembly.Module(assemble(functions));
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
}

function newMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 2 });
}

Deno.test("i32() is the constant that it was given", () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 })), (value) => {
      const { constant } = instantiate([
        { name: "constant", parameters: {}, locals: {}, result: "i32", body: [i32(value)] },
      ]);
      assertEquals(constant!(), value);
    }),
  );
});

Deno.test("access() reads and writes at its offset", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer(), (offset, value) => {
      const memory = newMemory();
      const { copy } = instantiate([{
        name: "copy",
        parameters: { to: "i32", value: "i32" },
        locals: {},
        result: "i32",
        body: [
          access("i32.store", get("to"), { offset, value: get("value") }),
          access("i32.load", get("to"), { offset }),
        ],
      }], memory);
      assertEquals(copy!(8, value), value);
      assertEquals(new DataView(memory.buffer).getInt32(8 + offset, true), value);
    }),
  );
});

Deno.test("again() starts the loop of its label over, from within others", () => {
  // Rows times columns, counted one by one, but no row where it is odd.
  const { count } = instantiate([{
    name: "count",
    parameters: { rows: "i32", columns: "i32" },
    locals: { row: "i32", column: "i32", sum: "i32" },
    result: "i32",
    body: [
      loop(
        "rows",
        when(
          op("i32.eqz", op("i32.and", get("row"), i32(1))),
          set("column", i32(0)),
          loop(
            "columns",
            advance("sum", i32(1)),
            advance("column", i32(1)),
            again("columns", op("i32.lt_u", get("column"), get("columns"))),
          ),
        ),
        advance("row", i32(1)),
        when(i32(1), again("rows", op("i32.lt_u", get("row"), get("rows")))),
      ),
      get("sum"),
    ],
  }]);
  assertEquals(count!(7, 5), 20);
});

Deno.test("assemble() refuses names that nothing has", () => {
  const source = { name: "f", parameters: {}, locals: {} };
  assertThrows(() => assemble([{ ...source, body: [get("x")] }]), Error, 'No local is named "x"');
  assertThrows(
    () => assemble([{ ...source, body: [again("x", i32(1))] }]),
    Error,
    'No loop is named "x"',
  );
});
