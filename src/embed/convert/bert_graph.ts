/**
 * The BERT encoder (Devlin et al. 2019) as an ONNX graph, from its weights.
 *
 * Quantised, all weights are 8-bit integers with a scale an output channel. The linear layers
 * multiply integers too, their input quantised by token, not by batch, so that a text has the same
 * vector whatever it is batched with. Two things keep the loss small: attention's projections,
 * whose error softmax would blow up, multiply floats (their weights are expanded when the model is
 * loaded); and GELU's output, which is never under -0.17, is quantised from there instead of
 * symmetrically.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import { peaksOutput } from "../pooling.ts";
import { OnnxGraph, type OnnxModel } from "./onnx.ts";
import { quantizeRows, transpose } from "./quantize.ts";
import { type SafeTensor, toFloat32 } from "./safetensors.ts";

/** The part of a BERT's `config.json` that its graph depends on. */
export interface BertConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly layer_norm_eps: number;
}

/** How the weights are kept. */
export type BertPrecision = "fp32" | "q8";

/** Just under the least value of GELU. */
const geluFloor = 0.17;

const bytesOf = (values: Float32Array<ArrayBuffer> | Int8Array<ArrayBuffer>) =>
  new Uint8Array(values.buffer);

/** Options of {@linkcode bertModel}. */
export interface BertOptions {
  readonly config: BertConfig;
  readonly precision: BertPrecision;
  /** Name of the file that the weights will lie in, beside the graph's own. */
  readonly weightsFile: string;
  /**
   * Largest magnitude in the quantised table of words, which is half of all weights. They lie in
   * bytes all the same; with 6 bits of information in each they compress by a quarter more (18
   * against 21 MB in all), and the least cosine of the fixture's texts to the original model stays
   * what it is with 8 (0.9947). @default 31
   */
  readonly largestInTable?: number;
}

/** Encodes the model: token ids, mask and types in, `last_hidden_state` and the peaks out. */
export function bertModel(
  tensors: ReadonlyMap<string, SafeTensor>,
  options: BertOptions,
): OnnxModel {
  return new BertBuilder(tensors, options).build();
}

/** An activation on its way into a linear layer. */
interface Integers {
  readonly values: string;
  readonly zeroPoint: string | undefined;
  /** Scale of each token. */
  readonly scale: string;
  /** Added to every value before it was scaled. */
  readonly offset: number;
}

class BertBuilder {
  readonly #graph: OnnxGraph;
  readonly #tensors: ReadonlyMap<string, SafeTensor>;
  readonly #config: BertConfig;
  readonly #isQuantized: boolean;
  readonly #largestInTable: number;

  constructor(
    tensors: ReadonlyMap<string, SafeTensor>,
    { config, precision, weightsFile, largestInTable = 31 }: BertOptions,
  ) {
    this.#graph = new OnnxGraph({ name: "bert", weightsFile });
    this.#tensors = tensors;
    this.#config = config;
    this.#isQuantized = precision === "q8";
    this.#largestInTable = largestInTable;
  }

  build(): OnnxModel {
    const graph = this.#graph;
    const { hidden_size: width, num_hidden_layers: layers } = this.#config;
    for (const name of ["input_ids", "attention_mask", "token_type_ids"]) {
      graph.input(name, "int64", ["batch", "sequence"]);
    }
    graph.int64("zero", [0]);
    graph.int64("one_index", [1]);
    graph.scalar("one", 1);
    graph.scalar("half", 0.5);
    let hidden = this.#normalize(this.#embeddings(), "embeddings.LayerNorm");
    const mask = this.#attentionMask();
    const peakLayer = Math.max(0, layers - 2);
    for (let layer = 0; layer < layers; layer++) {
      const prefix = `encoder.layer.${layer}.`;
      const attended = this.#attention(hidden, { prefix, mask });
      hidden = this.#normalize(
        graph.node("Add", [attended, hidden]),
        `${prefix}attention.output.LayerNorm`,
      );
      const changed = this.#feedForward(hidden, prefix);
      hidden = this.#normalize(
        graph.node("Add", [changed, hidden]),
        `${prefix}output.LayerNorm`,
      );
      if (layer === peakLayer) this.#peaks(hidden);
    }
    graph.node("Identity", [hidden], { output: "last_hidden_state" });
    graph.output("last_hidden_state", "float32", ["batch", "sequence", width]);
    return graph.encode();
  }

  /** Padding is out by a number under any other. */
  #peaks(hidden: string): void {
    const graph = this.#graph;
    const present = graph.node("Cast", [
      graph.node("Unsqueeze", ["attention_mask", graph.int64("peak_axes", [2])]),
    ], { attributes: { to: { int: 1 } } });
    const bias = graph.node("Mul", [graph.node("Sub", ["one", present]), "far_below"]);
    graph.node("ReduceMax", [graph.node("Add", [hidden, bias])], {
      attributes: { axes: { ints: [1] }, keepdims: { int: 0 } },
      output: peaksOutput,
    });
    graph.output(peaksOutput, "float32", ["batch", this.#config.hidden_size]);
  }

  #weights(name: string): { values: Float32Array<ArrayBuffer>; shape: readonly number[] } {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) {
      throw new AtmosphereError("embedder_failed", `The weights have no tensor named ${name}`, {
        hint: "The model is not a BERT encoder, or its file is damaged",
      });
    }
    return { values: toFloat32(tensor), shape: tensor.shape };
  }

  #float(name: string): string {
    const { values, shape } = this.#weights(name);
    return this.#graph.constant(name, { type: "float32", shape, bytes: bytesOf(values) });
  }

  #vector(name: string, values: Float32Array<ArrayBuffer>): string {
    return this.#graph.constant(name, {
      type: "float32",
      shape: [values.length],
      bytes: bytesOf(values),
    });
  }

  #embeddings(): string {
    const graph = this.#graph;
    const words = this.#wordEmbeddings();
    const length = graph.node("Gather", [graph.node("Shape", ["input_ids"]), "one_index"], {
      attributes: { axis: { int: 0 } },
    });
    const positions = graph.node("Slice", [
      this.#float("embeddings.position_embeddings.weight"),
      "zero",
      length,
      "zero",
    ]);
    const types = graph.node("Gather", [
      this.#float("embeddings.token_type_embeddings.weight"),
      "token_type_ids",
    ]);
    return graph.node("Add", [graph.node("Add", [words, types]), positions]);
  }

  #wordEmbeddings(): string {
    const graph = this.#graph;
    const name = "embeddings.word_embeddings.weight";
    if (!this.#isQuantized) return graph.node("Gather", [this.#float(name), "input_ids"]);
    const { values, shape: [rows = 0, columns = 0] } = this.#weights(name);
    const table = quantizeRows(values, { columns, largest: this.#largestInTable });
    const integers = graph.node("Gather", [
      graph.constant(`${name}.q`, {
        type: "int8",
        shape: [rows, columns],
        bytes: bytesOf(table.values),
      }),
      "input_ids",
    ]);
    const scales = graph.node("Gather", [
      graph.constant(`${name}.scale`, {
        type: "float32",
        shape: [rows, 1],
        bytes: bytesOf(table.scales),
      }),
      "input_ids",
    ]);
    return graph.node("Mul", [
      graph.node("Cast", [integers], { attributes: { to: { int: 1 } } }),
      scales,
    ]);
  }

  /** 0 for tokens, a number that softmax turns to nothing for padding; [batch, 1, 1, sequence]. */
  #attentionMask(): string {
    const graph = this.#graph;
    graph.scalar("far_below", -3.4e38);
    const present = graph.node("Cast", [
      graph.node("Unsqueeze", ["attention_mask", graph.int64("mask_axes", [1, 2])]),
    ], { attributes: { to: { int: 1 } } });
    return graph.node("Mul", [graph.node("Sub", ["one", present]), "far_below"]);
  }

  #normalize(x: string, name: string): string {
    return this.#graph.node("LayerNormalization", [
      x,
      this.#float(`${name}.weight`),
      this.#float(`${name}.bias`),
    ], {
      attributes: { axis: { int: -1 }, epsilon: { float: this.#config.layer_norm_eps } },
    });
  }

  #attention(
    x: string,
    options: { prefix: string; mask: string },
  ): string {
    const graph = this.#graph;
    const { prefix, mask } = options;
    const { hidden_size: width, num_attention_heads: heads } = this.#config;
    const headWidth = width / heads;
    graph.int64("by_head", [0, 0, heads, headWidth]);
    graph.int64("merged", [0, 0, width]);
    graph.scalar("attention_scale", 1 / Math.sqrt(headWidth));
    const [query = "", key = "", value = ""] = ["query", "key", "value"].map((part) =>
      this.#expandedLinear(x, `${prefix}attention.self.${part}`)
    );
    const split = (projected: string, order: readonly number[]) =>
      graph.node("Transpose", [graph.node("Reshape", [projected, "by_head"])], {
        attributes: { perm: { ints: order } },
      });
    const scores = graph.node("Mul", [
      graph.node("MatMul", [split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1])]),
      "attention_scale",
    ]);
    const weights = graph.node("Softmax", [graph.node("Add", [scores, mask])], {
      attributes: { axis: { int: -1 } },
    });
    const mixed = graph.node("Transpose", [
      graph.node("MatMul", [weights, split(value, [0, 2, 1, 3])]),
    ], { attributes: { perm: { ints: [0, 2, 1, 3] } } });
    const merged = graph.node("Reshape", [mixed, "merged"]);
    return this.#linear(merged, `${prefix}attention.output.dense`);
  }

  #feedForward(x: string, prefix: string): string {
    const graph = this.#graph;
    graph.scalar("inverse_root_two", Math.SQRT1_2);
    const inner = this.#linear(x, `${prefix}intermediate.dense`);
    const activated = graph.node("Mul", [
      graph.node("Mul", [inner, "half"]),
      graph.node("Add", [
        graph.node("Erf", [graph.node("Mul", [inner, "inverse_root_two"])]),
        "one",
      ]),
    ]);
    const name = `${prefix}output.dense`;
    return this.#isQuantized
      ? this.#integerLinear(this.#fromGeluFloor(activated), name)
      : this.#floatLinear(activated, name);
  }

  #linear(x: string, name: string): string {
    return this.#isQuantized
      ? this.#integerLinear(this.#symmetric(x), name)
      : this.#floatLinear(x, name);
  }

  #floatLinear(x: string, name: string): string {
    const { values, shape: [rows = 0, columns = 0] } = this.#weights(`${name}.weight`);
    const weight = this.#graph.constant(`${name}.weight.t`, {
      type: "float32",
      shape: [columns, rows],
      bytes: bytesOf(transpose(values, columns)),
    });
    return this.#graph.node("Add", [
      this.#graph.node("MatMul", [x, weight]),
      this.#float(`${name}.bias`),
    ]);
  }

  /** x W + b in floats, the weights stored as integers where the model is quantised. */
  #expandedLinear(x: string, name: string): string {
    if (!this.#isQuantized) return this.#floatLinear(x, name);
    const graph = this.#graph;
    const { values: floats, shape: [rows = 0, columns = 0] } = this.#weights(`${name}.weight`);
    const { values, scales } = quantizeRows(floats, { columns });
    const integers = graph.constant(`${name}.weight.q`, {
      type: "int8",
      shape: [columns, rows],
      bytes: bytesOf(transpose(values, columns)),
    });
    // Both inputs are constant, so the runtime does this once, when it loads the model.
    const weight = graph.node("Mul", [
      graph.node("Cast", [integers], { attributes: { to: { int: 1 } } }),
      this.#vector(`${name}.scale`, scales),
    ]);
    return graph.node("Add", [graph.node("MatMul", [x, weight]), this.#float(`${name}.bias`)]);
  }

  /** Each token's values as integers around 128, scaled by the token's largest magnitude. */
  #symmetric(x: string): Integers {
    const graph = this.#graph;
    graph.scalar("i8_max", 127);
    graph.scalar("i8_step", 1 / 127);
    graph.scalar("u8_middle_rounded", 128.5);
    graph.scalar("tiny", 1e-20);
    graph.constant("u8_middle", { type: "uint8", shape: [], bytes: Uint8Array.of(128) });
    const peak = graph.node("Max", [this.#tokenMax(graph.node("Abs", [x])), "tiny"]);
    const shifted = graph.node("Add", [
      graph.node("Mul", [x, graph.node("Div", ["i8_max", peak])]),
      "u8_middle_rounded",
    ]);
    return {
      values: graph.node("Cast", [shifted], { attributes: { to: { int: 2 } } }),
      zeroPoint: "u8_middle",
      scale: graph.node("Mul", [peak, "i8_step"]),
      offset: 0,
    };
  }

  /** Each token's values as integers from GELU's floor up to the token's largest value. */
  #fromGeluFloor(x: string): Integers {
    const graph = this.#graph;
    graph.scalar("gelu_floor", geluFloor);
    graph.scalar("u8_step", 1 / 255);
    const scale = graph.node("Mul", [
      graph.node("Add", [this.#tokenMax(x), "gelu_floor"]),
      "u8_step",
    ]);
    const steps = graph.node("Div", [graph.node("Add", [x, "gelu_floor"]), scale]);
    return {
      // The cast truncates; half a step more makes it round.
      values: graph.node("Cast", [graph.node("Add", [steps, "half"])], {
        attributes: { to: { int: 2 } },
      }),
      zeroPoint: undefined,
      scale,
      offset: geluFloor,
    };
  }

  #tokenMax(x: string): string {
    return this.#graph.node("ReduceMax", [x], {
      attributes: { axes: { ints: [-1] }, keepdims: { int: 1 } },
    });
  }

  /** x W + b with integer products. */
  #integerLinear(x: Integers, name: string): string {
    const graph = this.#graph;
    const { values: floats, shape: [rows = 0, columns = 0] } = this.#weights(`${name}.weight`);
    const { values, scales } = quantizeRows(floats, { columns });
    const weight = graph.constant(`${name}.weight.q`, {
      type: "int8",
      shape: [columns, rows],
      bytes: bytesOf(transpose(values, columns)),
    });
    const product = graph.node("Cast", [
      graph.node("MatMulInteger", [
        x.values,
        weight,
        ...(x.zeroPoint === undefined ? [] : [x.zeroPoint]),
      ]),
    ], { attributes: { to: { int: 1 } } });
    const bias = this.#weights(`${name}.bias`).values.map((b, row) => {
      let sum = 0;
      if (x.offset !== 0) {
        for (let i = row * columns; i < (row + 1) * columns; i++) sum += values[i] ?? 0;
      }
      return b - x.offset * sum * (scales[row] ?? 0);
    });
    return graph.node("Add", [
      graph.node("Mul", [
        graph.node("Mul", [product, this.#vector(`${name}.scale`, scales)]),
        x.scale,
      ]),
      this.#vector(`${name}.bias.q`, bias),
    ]);
  }
}
