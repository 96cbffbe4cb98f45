/**
 * Builds ONNX models: nodes, constants, inputs and outputs of one graph.
 *
 * Field numbers are those of `onnx.proto` (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 *
 * @module
 */

import { ProtoMessage } from "./protobuf.ts";

/** Element types, by their number in ONNX's `TensorProto.DataType`. */
export const onnxTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int64: 7,
} as const;

/** An element type of a tensor. */
export type OnnxType = keyof typeof onnxTypes;

/** Value of a node's attribute; a plain number is a float, `{ int }` an integer. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number };

/** A dimension: a number, or the name of one that varies. */
export type OnnxDimension = number | string;

/** Numbers in `AttributeProto.AttributeType`. */
const attributeTypes = { float: 1, int: 2, ints: 7 } as const;

/** Number of `EXTERNAL` in `TensorProto.DataLocation`. */
const external = 1;

/** From here on a constant lies outside the graph; under it, it is not worth a mapping of its own. */
const externalFromBytes = 65_536;

/** Constants outside start at a page's beginning, so that each can be mapped as it lies. */
const pageBytes = 4096;

/** ONNX IR version 8 is the oldest with operator set 17. */
const irVersion = 8;
const operatorSet = 17;

/** Options of {@linkcode OnnxGraph.node}. */
export interface OnnxNodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Name of the output. @default a fresh one */
  readonly output?: string;
}

/** An encoded model. */
export interface OnnxModel {
  /** The graph, with the small constants in it. */
  readonly graph: Uint8Array<ArrayBuffer>;
  /**
   * The large constants, which the graph finds in a file beside its own. ONNX Runtime maps that file
   * into memory where it would copy what lies in the graph, twice.
   */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** Options of {@linkcode OnnxGraph}. */
export interface OnnxGraphOptions {
  /** For display. */
  readonly name: string;
  /** Name of the file that the large constants will lie in, beside the graph's own. */
  readonly weightsFile: string;
}

/** A graph under construction. Values are referred to by name. */
export class OnnxGraph {
  readonly #nodes: ProtoMessage[] = [];
  readonly #constants = new Map<string, ProtoMessage>();
  readonly #weights: Uint8Array[] = [];
  #weightsBytes = 0;
  readonly #inputs: ProtoMessage[] = [];
  readonly #outputs: ProtoMessage[] = [];
  readonly #options: OnnxGraphOptions;

  /** An empty graph. */
  constructor(options: OnnxGraphOptions) {
    this.#options = options;
  }

  /** Declares an input and returns its name. */
  input(name: string, type: OnnxType, shape: readonly OnnxDimension[]): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  /** Declares which value is an output. */
  output(name: string, type: OnnxType, shape: readonly OnnxDimension[]): void {
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** Adds a constant tensor, once a name, and returns that name. `bytes` are row-major, little-endian. */
  constant(
    name: string,
    tensor: {
      readonly type: OnnxType;
      readonly shape: readonly number[];
      readonly bytes: Uint8Array;
    },
  ): string {
    if (!this.#constants.has(name)) {
      const proto = new ProtoMessage();
      for (const size of tensor.shape) proto.int(1, size);
      proto.int(2, onnxTypes[tensor.type]).string(8, name);
      if (tensor.bytes.byteLength < externalFromBytes) proto.bytes(9, tensor.bytes);
      else this.#outside(proto, tensor.bytes);
      this.#constants.set(name, proto);
    }
    return name;
  }

  #outside(proto: ProtoMessage, bytes: Uint8Array): void {
    const padding = (pageBytes - this.#weightsBytes % pageBytes) % pageBytes;
    const offset = this.#weightsBytes + padding;
    this.#weights.push(new Uint8Array(padding), bytes);
    this.#weightsBytes = offset + bytes.byteLength;
    const entries = {
      location: this.#options.weightsFile,
      offset: String(offset),
      length: String(bytes.byteLength),
    };
    for (const [key, value] of Object.entries(entries)) {
      proto.message(13, new ProtoMessage().string(1, key).string(2, value));
    }
    proto.int(14, external);
  }

  /** A constant vector of integers. */
  int64(name: string, values: readonly number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.constant(name, { type: "int64", shape: [values.length], bytes });
  }

  /** A constant number. */
  scalar(name: string, value: number): string {
    const bytes = new Uint8Array(Float32Array.of(value).buffer);
    return this.constant(name, { type: "float32", shape: [], bytes });
  }

  /** Adds a node and returns the name of its output. */
  node(operator: string, inputs: readonly string[], options: OnnxNodeOptions = {}): string {
    const { output = `v${this.#nodes.length}`, attributes = {} } = options;
    const node = new ProtoMessage();
    for (const input of inputs) node.string(1, input);
    node.string(2, output).string(3, `${operator}_${this.#nodes.length}`).string(4, operator);
    for (const [name, value] of Object.entries(attributes)) {
      node.message(5, attribute(name, value));
    }
    this.#nodes.push(node);
    return output;
  }

  /** The encoded model. Same calls, same bytes. */
  encode(): OnnxModel {
    const graph = new ProtoMessage();
    for (const node of this.#nodes) graph.message(1, node);
    graph.string(2, this.#options.name);
    for (const constant of this.#constants.values()) graph.message(5, constant);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    const model = new ProtoMessage()
      .int(1, irVersion)
      .string(2, "atmosphere")
      .message(7, graph)
      .message(8, new ProtoMessage().string(1, "").int(2, operatorSet));
    const weights = new Uint8Array(this.#weightsBytes);
    let offset = 0;
    for (const part of this.#weights) {
      weights.set(part, offset);
      offset += part.byteLength;
    }
    return { graph: model.finish(), weights };
  }
}

function attribute(name: string, value: OnnxAttribute): ProtoMessage {
  const proto = new ProtoMessage().string(1, name);
  if ("float" in value) return proto.float(2, value.float).int(20, attributeTypes.float);
  if ("int" in value) return proto.int(3, value.int).int(20, attributeTypes.int);
  for (const n of value.ints) proto.int(8, n);
  return proto.int(20, attributeTypes.ints);
}

function valueInfo(
  name: string,
  type: OnnxType,
  shape: readonly OnnxDimension[],
): ProtoMessage {
  const dimensions = new ProtoMessage();
  for (const size of shape) {
    const dimension = new ProtoMessage();
    if (typeof size === "string") dimension.string(2, size);
    else dimension.int(1, size);
    dimensions.message(1, dimension);
  }
  const tensor = new ProtoMessage().int(1, onnxTypes[type]).message(2, dimensions);
  return new ProtoMessage().string(1, name).message(2, new ProtoMessage().message(1, tensor));
}
