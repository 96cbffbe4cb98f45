/**
 * A small WebAssembly assembler: expressions written like the text format become a module's bytes.
 *
 * It knows the instructions that the kernels of memory and router need and no more. The encoding is that of the
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
  "i32.and": [0x71],
  "i32.shl": [0x74],
  "i32.wrap_i64": [0xa7],
  "i64.add": [0x7c],
  "i64.popcnt": [0x7b],
  "i64.xor": [0x85],
  "f32.gt": [0x5e],
  "f32.mul": [0x94],
  "f32.convert_i32_s": [0xb2],
  "f32x4.sqrt": [simd, 0xe3, 0x01],
  "f32x4.add": [simd, 0xe4, 0x01],
  "f32x4.sub": [simd, 0xe5, 0x01],
  "f32x4.mul": [simd, 0xe6, 0x01],
  "f32x4.div": [simd, 0xe7, 0x01],
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
  "v128.load8x8_s": [[simd, 0x01], 3],
  "v128.load32_splat": [[simd, 0x09], 2],
  "v128.store": [[simd, 0x0b], 4],
} as const satisfies Record<string, readonly [readonly number[], number]>;

/** Where the bytes of a function's code are written, with what names mean there. */
interface Code {
  readonly bytes: number[];
  readonly locals: ReadonlyMap<string, number>;
  /** Enclosing labels, outermost first. */
  readonly labels: (string | undefined)[];
}

/** A piece of code that writes its bytes once the names around it are known. */
export type Expression = (code: Code) => void;

function unsigned(bytes: number[], value: number): void {
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}

function signed(bytes: number[], value: number): void {
  let rest = value | 0;
  while (rest < -0x40 || rest > 0x3f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest & 0x7f);
}

function write(code: Code, expressions: readonly Expression[]): void {
  for (const expression of expressions) expression(code);
}

function local(code: Code, opcode: number, name: string): void {
  const index = code.locals.get(name);
  if (index === undefined) throw new Error(`No local is named "${name}"`);
  code.bytes.push(opcode);
  unsigned(code.bytes, index);
}

/** An instruction after its operands. */
export function op(name: keyof typeof operations, ...inputs: Expression[]): Expression {
  return (code) => {
    write(code, inputs);
    code.bytes.push(...operations[name]);
  };
}

/** A load from `address + offset`, or a store of `value` there. */
export function access(
  name: keyof typeof accesses,
  address: Expression,
  options: { offset?: number; value?: Expression } = {},
): Expression {
  const [opcode, alignment] = accesses[name];
  return (code) => {
    address(code);
    options.value?.(code);
    code.bytes.push(...opcode, alignment);
    unsigned(code.bytes, options.offset ?? 0);
  };
}

/** An `i32` constant. */
export function i32(value: number): Expression {
  return ({ bytes }) => {
    bytes.push(0x41);
    signed(bytes, value);
  };
}

/** A 128-bit vector of zeros. */
export function zeros(): Expression {
  return ({ bytes }) => bytes.push(simd, 0x0c, ...new Array<number>(16).fill(0));
}

/** Reads a local. */
export function get(name: string): Expression {
  return (code) => local(code, 0x20, name);
}

/** Writes a local. */
export function set(name: string, value: Expression): Expression {
  return (code) => {
    value(code);
    local(code, 0x21, name);
  };
}

/** Writes a local and leaves its value. */
export function tee(name: string, value: Expression): Expression {
  return (code) => {
    value(code);
    local(code, 0x22, name);
  };
}

/** The sum of two `i32`. */
export function add(a: Expression, b: Expression): Expression {
  return op("i32.add", a, b);
}

/** Adds `by` to the local `name`, a pointer or a counter. */
export function advance(name: string, by: Expression): Expression {
  return set(name, add(get(name), by));
}

/** One lane of a vector of four `i32`. */
export function lane(index: 0 | 1 | 2 | 3, vector: Expression): Expression {
  return (code) => {
    vector(code);
    code.bytes.push(simd, 0x1b, index);
  };
}

function block(code: Code, options: { opcode: number; label?: string; body: Expression[] }): void {
  code.bytes.push(options.opcode, 0x40);
  code.labels.push(options.label);
  write(code, options.body);
  code.labels.pop();
  code.bytes.push(0x0b);
}

/** Code that {@linkcode again} can start over. */
export function loop(label: string, ...body: Expression[]): Expression {
  return (code) => block(code, { opcode: 0x03, label, body });
}

/** Starts the loop `label` over when `condition` is not zero. */
export function again(label: string, condition: Expression): Expression {
  return (code) => {
    const at = code.labels.lastIndexOf(label);
    if (at < 0) throw new Error(`No loop is named "${label}"`);
    condition(code);
    code.bytes.push(0x0d);
    unsigned(code.bytes, code.labels.length - 1 - at);
  };
}

/** Code that runs when `condition` is not zero. */
export function when(condition: Expression, ...body: Expression[]): Expression {
  return (code) => {
    condition(code);
    block(code, { opcode: 0x04, body });
  };
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

function text(bytes: number[], value: string): void {
  const encoded = new TextEncoder().encode(value);
  unsigned(bytes, encoded.length);
  bytes.push(...encoded);
}

/** What `fill` writes, after its length. */
function sized(bytes: number[], fill: (inner: number[]) => void): void {
  const inner: number[] = [];
  fill(inner);
  unsigned(bytes, inner.length);
  bytes.push(...inner);
}

function types(bytes: number[], all: readonly ValueType[]): void {
  unsigned(bytes, all.length);
  for (const type of all) bytes.push(valueTypes[type]);
}

function functionCode(bytes: number[], source: FunctionSource): void {
  const names = [...Object.keys(source.parameters), ...Object.keys(source.locals)];
  const locals = new Map(names.map((name, i) => [name, i]));
  const declared = Object.values(source.locals);
  unsigned(bytes, declared.length);
  for (const type of declared) bytes.push(1, valueTypes[type]);
  write({ bytes, locals, labels: [] }, source.body);
  bytes.push(0x0b);
}

/** The bytes of a module that imports `env.memory` and exports `functions`. */
export function assemble(functions: readonly FunctionSource[]): Uint8Array<ArrayBuffer> {
  const bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const section = (
    id: number,
    write: (inner: number[], source: FunctionSource, index: number) => void,
  ) => {
    bytes.push(id);
    sized(bytes, (inner) => {
      unsigned(inner, functions.length);
      functions.forEach((source, i) => write(inner, source, i));
    });
  };
  section(1, (inner, { parameters, result }) => {
    inner.push(0x60);
    types(inner, Object.values(parameters));
    types(inner, result === undefined ? [] : [result]);
  });
  bytes.push(2);
  sized(bytes, (inner) => {
    inner.push(1);
    text(inner, "env");
    text(inner, "memory");
    inner.push(0x02, 0x00, 0x01);
  });
  section(3, (inner, _, i) => unsigned(inner, i));
  section(7, (inner, { name }, i) => {
    text(inner, name);
    inner.push(0x00);
    unsigned(inner, i);
  });
  section(10, (inner, source) => sized(inner, (code) => functionCode(code, source)));
  return new Uint8Array(bytes);
}
