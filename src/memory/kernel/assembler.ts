/**
 * A small WebAssembly assembler: expressions written like the text format become a module's bytes.
 *
 * It knows the instructions that the kernel needs and no more. The encoding is that of the
 * WebAssembly core specification 2.0, sections "Instructions" and "Modules" of its binary format,
 * and of the relaxed SIMD proposal.
 *
 * @module
 */

/** Types of values. */
export type ValueType = "i32" | "i64" | "f32" | "v128";

const valueTypes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  v128: 0x7b,
};

const simd = 0xfd;

/** Instructions without immediates, by name. */
const operations = {
  "i32.eqz": [0x45],
  "i32.lt_u": [0x49],
  "i32.add": [0x6a],
  "i32.sub": [0x6b],
  "i32.mul": [0x6c],
  "i32.shl": [0x74],
  "i32.wrap_i64": [0xa7],
  "i64.add": [0x7c],
  "i64.popcnt": [0x7b],
  "i64.xor": [0x85],
  "f32.gt": [0x5e],
  "f32.mul": [0x94],
  "f32.convert_i32_s": [0xb2],
  "i16x8.extend_low_i8x16_s": [simd, 0x87, 0x01],
  "i16x8.extend_high_i8x16_s": [simd, 0x88, 0x01],
  "i32x4.add": [simd, 0xae, 0x01],
  "i32x4.dot_i16x8_s": [simd, 0xba, 0x01],
  "i32x4.relaxed_dot_i8x16_i7x16_add_s": [simd, 0x93, 0x02],
} as const satisfies Record<string, readonly number[]>;

/** Loads and stores: opcode and log2 of the natural alignment. */
const accesses = {
  "i32.load": [[0x28], 2],
  "i64.load": [[0x29], 3],
  "f32.load": [[0x2a], 2],
  "i32.store": [[0x36], 2],
  "f32.store": [[0x38], 2],
  "v128.load": [[simd, 0x00], 4],
} as const satisfies Record<string, readonly [readonly number[], number]>;

/** What names mean where an expression stands. */
interface Scope {
  readonly locals: ReadonlyMap<string, number>;
  /** Enclosing labels, innermost first. */
  readonly labels: readonly (string | undefined)[];
}

/** A piece of code that knows its bytes once the names around it are known. */
export type Expression = (scope: Scope) => number[];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      return [...bytes, byte];
    }
    bytes.push(byte | 0x80);
  }
}

function local(scope: Scope, name: string): number[] {
  const index = scope.locals.get(name);
  if (index === undefined) throw new Error(`No local is named "${name}"`);
  return unsigned(index);
}

function operands(scope: Scope, expressions: readonly Expression[]): number[] {
  return expressions.flatMap((expression) => expression(scope));
}

/** An instruction after its operands. */
export function op(name: keyof typeof operations, ...inputs: Expression[]): Expression {
  return (scope) => [...operands(scope, inputs), ...operations[name]];
}

/** A load from `address + offset`, or a store of `value` there. */
export function access(
  name: keyof typeof accesses,
  address: Expression,
  options: { offset?: number; value?: Expression } = {},
): Expression {
  const [opcode, alignment] = accesses[name];
  return (scope) => [
    ...address(scope),
    ...(options.value?.(scope) ?? []),
    ...opcode,
    ...unsigned(alignment),
    ...unsigned(options.offset ?? 0),
  ];
}

/** An `i32` constant. */
export function i32(value: number): Expression {
  return () => [0x41, ...signed(value)];
}

/** A 128-bit vector of zeros. */
export function zeros(): Expression {
  return () => [simd, 0x0c, ...new Array<number>(16).fill(0)];
}

/** Reads a local. */
export function get(name: string): Expression {
  return (scope) => [0x20, ...local(scope, name)];
}

/** Writes a local. */
export function set(name: string, value: Expression): Expression {
  return (scope) => [...value(scope), 0x21, ...local(scope, name)];
}

/** Writes a local and leaves its value. */
export function tee(name: string, value: Expression): Expression {
  return (scope) => [...value(scope), 0x22, ...local(scope, name)];
}

/** One lane of a vector of four `i32`. */
export function lane(index: 0 | 1 | 2 | 3, vector: Expression): Expression {
  return (scope) => [...vector(scope), simd, 0x1b, index];
}

/** Code that {@linkcode again} can start over. */
export function loop(label: string, ...body: Expression[]): Expression {
  return (scope) => [
    0x03,
    0x40,
    ...operands({ ...scope, labels: [label, ...scope.labels] }, body),
    0x0b,
  ];
}

/** Starts the loop `label` over when `condition` is not zero. */
export function again(label: string, condition: Expression): Expression {
  return (scope) => {
    const depth = scope.labels.indexOf(label);
    if (depth < 0) throw new Error(`No loop is named "${label}"`);
    return [...condition(scope), 0x0d, ...unsigned(depth)];
  };
}

/** Code that runs when `condition` is not zero. */
export function when(condition: Expression, ...body: Expression[]): Expression {
  return (scope) => [
    ...condition(scope),
    0x04,
    0x40,
    ...operands({ ...scope, labels: [undefined, ...scope.labels] }, body),
    0x0b,
  ];
}

/** A function to export. */
export interface FunctionSource {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ValueType>>;
  readonly locals: Readonly<Record<string, ValueType>>;
  /** The function returns one value of this type, which its last expression leaves. */
  readonly result?: ValueType;
  readonly body: readonly Expression[];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

function code(source: FunctionSource): number[] {
  const names = [...Object.keys(source.parameters), ...Object.keys(source.locals)];
  const scope: Scope = { locals: new Map(names.map((name, i) => [name, i])), labels: [] };
  const declarations = Object.values(source.locals).map((type) => [1, valueTypes[type]]);
  const body = [...vector(declarations), ...operands(scope, source.body), 0x0b];
  return [...unsigned(body.length), ...body];
}

/** The bytes of a module that imports `env.memory` and exports `functions`. */
export function assemble(functions: readonly FunctionSource[]): Uint8Array<ArrayBuffer> {
  const types = functions.map((source) => [
    0x60,
    ...vector(Object.values(source.parameters).map((type) => [valueTypes[type]])),
    ...vector(source.result === undefined ? [] : [[valueTypes[source.result]]]),
  ]);
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, types),
    ...section(2, [[...text("env"), ...text("memory"), 0x02, 0x00, 0x01]]),
    ...section(3, functions.map((_, i) => unsigned(i))),
    ...section(7, functions.map((source, i) => [...text(source.name), 0x00, ...unsigned(i)])),
    ...section(10, functions.map(code)),
  ]);
}
