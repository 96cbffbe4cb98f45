import { assertAlmostEquals, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { AutoModel, env, Tensor } from "@huggingface/transformers";
import { embedReference, peaksReference } from "../../../tests/fixtures/embed/reference.ts";
import { AtmosphereError } from "../../core/errors.ts";
import { joinRows, peaksOutput, pool } from "../pooling.ts";
import { type BertConfig, bertModel, type BertOptions } from "./bert_graph.ts";
import type { SafeTensor } from "./safetensors.ts";

const words = 40;
const inner = 64;
const config: BertConfig = {
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  layer_norm_eps: 1e-12,
};

/** A BERT of a few thousand weights, the same ones each time. */
function smallWeights(): Map<string, Float32Array<ArrayBuffer>> {
  let state = 42;
  const random = (count: number, spread: number, middle = 0) =>
    Float32Array.from({ length: count }, () => {
      state = state * 48_271 % 2_147_483_647;
      return middle + spread * (state / 2_147_483_647 * 2 - 1);
    });
  const width = config.hidden_size;
  const weights = new Map([
    ["embeddings.word_embeddings.weight", random(words * width, 1)],
    ["embeddings.position_embeddings.weight", random(16 * width, 0.3)],
    ["embeddings.token_type_embeddings.weight", random(2 * width, 0.3)],
  ]);
  const norm = (name: string) => {
    weights.set(`${name}.weight`, random(width, 0.4, 1));
    weights.set(`${name}.bias`, random(width, 0.2));
  };
  const linear = (name: string, outputs: number, inputs: number) => {
    weights.set(`${name}.weight`, random(outputs * inputs, 0.4));
    weights.set(`${name}.bias`, random(outputs, 0.2));
  };
  norm("embeddings.LayerNorm");
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    for (const part of ["query", "key", "value"]) {
      linear(`${prefix}.attention.self.${part}`, width, width);
    }
    linear(`${prefix}.attention.output.dense`, width, width);
    norm(`${prefix}.attention.output.LayerNorm`);
    linear(`${prefix}.intermediate.dense`, inner, width);
    linear(`${prefix}.output.dense`, width, inner);
    norm(`${prefix}.output.LayerNorm`);
  }
  return weights;
}

function asTensors(weights: Map<string, Float32Array<ArrayBuffer>>): Map<string, SafeTensor> {
  return new Map([...weights].map(([name, values]) => {
    const columns = name.endsWith(".output.dense.weight") && !name.includes("attention")
      ? inner
      : config.hidden_size;
    const isMatrix = name.endsWith("embeddings.weight") || /(dense|self\.\w+)\.weight$/.test(name);
    const shape = isMatrix ? [values.length / columns, columns] : [values.length];
    return [name, { dtype: "F32", shape, bytes: new Uint8Array(values.buffer) }];
  }));
}

const quantized: BertOptions = { config, precision: "q8", weightsFile: "weights" };

const sentences = [[1, 5, 7, 9, 11, 2], [1, 2], [1, 30, 31, 30, 31, 30, 31, 39, 2]];

/** Vectors of the sentences and their peaks behind them, run as one padded batch by ONNX Runtime. */
async function run(
  precision: "fp32" | "q8",
  options: Pick<BertOptions, "largestInTable"> = {},
): Promise<Float32Array[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/small/onnx`, { recursive: true });
    await Deno.writeTextFile(
      `${folder}/small/config.json`,
      JSON.stringify({ ...config, model_type: "bert" }),
    );
    const file = `model${precision === "q8" ? "_quantized" : ""}.onnx`;
    const weightsFile = `${file}_data`;
    const { graph, weights } = bertModel(asTensors(smallWeights()), {
      config,
      precision,
      weightsFile,
      ...options,
    });
    await Deno.writeFile(`${folder}/small/onnx/${file}`, graph);
    await Deno.writeFile(`${folder}/small/onnx/${weightsFile}`, weights);
    env.allowRemoteModels = false;
    const model = await AutoModel.from_pretrained(`${folder}/small`, { dtype: precision });
    const columns = Math.max(...sentences.map(({ length }) => length));
    const padded = (values: (sentence: number[]) => number[]) =>
      new Tensor(
        "int64",
        BigInt64Array.from(
          sentences.flatMap((s) => [...values(s), ...Array(columns - s.length).fill(0)]),
          BigInt,
        ),
        [sentences.length, columns],
      );
    const { last_hidden_state: hidden, [peaksOutput]: peaks } = await model({
      input_ids: padded((s) => s),
      attention_mask: padded((s) => s.map(() => 1)),
      token_type_ids: padded((s) => s.map(() => 0)),
    });
    await model.dispose();
    const dimensions = config.hidden_size;
    const vectors = pool(
      { values: hidden.data, columns, dimensions },
      sentences.map(({ length }) => length),
      "mean",
    );
    const all = joinRows(vectors, peaks.data, sentences.length);
    return sentences.map((_, i) => all.slice(2 * i * dimensions, 2 * (i + 1) * dimensions));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function reference(): Float32Array[] {
  const weights = smallWeights();
  return sentences.map((ids) => {
    const tensor = (name: string) => weights.get(name)!;
    const vector = embedReference(ids, tensor, config);
    return joinRows(vector, peaksReference(ids, tensor, config), 1);
  });
}

Deno.test("bertModel() gives the same bytes for the same weights", () => {
  const make = () => bertModel(asTensors(smallWeights()), quantized);
  assertEquals(make(), make());
});

Deno.test("bertModel() names a tensor that is missing", () => {
  const tensors = asTensors(smallWeights());
  tensors.delete("encoder.layer.1.output.dense.bias");
  assertThrows(
    () => bertModel(tensors, quantized),
    AtmosphereError,
    "no tensor named encoder.layer.1.output.dense.bias",
  );
});

// The library ends the reading of its files when it likes, not when the model is loaded.
const sanitizeOps = false;

Deno.test("bertModel() at full precision computes what plain arithmetic does", {
  sanitizeOps,
}, async () => {
  const expected = reference();
  (await run("fp32")).forEach((vector, i) =>
    vector.forEach((x, d) => assertAlmostEquals(x, expected[i]?.[d] ?? NaN, 1e-5))
  );
});

/** Of the vectors and of the peaks, which are as long. */
function leastCosine(rows: readonly Float32Array[]): number {
  const expected = reference();
  const half = config.hidden_size;
  return Math.min(
    ...rows.flatMap((row, i) =>
      [0, half].map((start) =>
        row.subarray(start, start + half)
          .reduce((sum, x, d) => sum + x * (expected[i]?.[start + d] ?? 0), 0)
      )
    ),
  );
}

Deno.test("bertModel() in 8 bits stays close to that", { sanitizeOps }, async () => {
  assertGreater(leastCosine(await run("q8", { largestInTable: 127 })), 0.9995);
});

Deno.test("bertModel() with words in 6 bits stays nearly as close", { sanitizeOps }, async () => {
  assertGreater(leastCosine(await run("q8")), 0.9993);
});
