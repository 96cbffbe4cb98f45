/**
 * The model itself, through transformers.js on ONNX Runtime. Loaded by the worker alone.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { AtmosphereError } from "../core/errors.ts";
import { readManifest, verifyModel, weightsFile } from "./model_files.ts";
import { modelDirectory } from "./packed_model.ts";
import { type ImportedTransformers, importTransformers, type OnnxRuntime } from "./onnx_runtime.ts";
import { joinRows, peaksOutput, pool, type Pooling } from "./pooling.ts";
import type { Tokenizer } from "./token_windows.ts";

/** A loaded model. */
export interface ModelEngine {
  /** Which build of ONNX Runtime runs the model. */
  readonly runtime: OnnxRuntime;
  /** Why the native one was not taken; undefined when it was, or nobody asked for it. */
  readonly nativeFailure: string | undefined;
  /** Length of a vector. */
  readonly dimensions: number;
  /** Length of the second vector of a text; 0 where the model gives none. */
  readonly viewDimensions: number;
  /** Longest sequence, special tokens included. */
  readonly maxTokens: number;
  readonly tokenizer: Tokenizer;
  /** Rows, one a sequence: a unit-length vector, and behind it the second one, of unit length too. */
  embed(sequences: ReadonlyArray<readonly number[]>): Promise<Float32Array<ArrayBuffer>>;
}

/** Options of {@linkcode loadModelEngine}. */
export interface ModelEngineOptions {
  /** Directory of a prepared model; for one of the hub, the directory that models are kept in. */
  readonly directory: string;
  /** Name at the hub; undefined for a prepared model. */
  readonly hubName: string | undefined;
  readonly threads: number;
  /** Longest sequence of a model that does not say. */
  readonly maxTokens: number;
  /** Which build of ONNX Runtime is to run the model. @default "auto" */
  readonly runtime?: "auto" | OnnxRuntime;
}

/** Loads a model's files from the disk; those of a hub's model are fetched when absent. */
export async function loadModelEngine(options: ModelEngineOptions): Promise<ModelEngine> {
  const { hubName } = options;
  if (hubName !== undefined) return await loadHubModel(options.directory, hubName, options);
  const directory = modelDirectory(options.directory);
  const manifest = await readManifest(directory);
  if (manifest === undefined) {
    throw new AtmosphereError("embedder_failed", `There is no embedding model in ${directory}`);
  }
  // Hashing and the library's evaluation overlap.
  const [imported] = await Promise.all([
    importLibrary(options),
    verifyModel(directory, manifest),
  ]);
  const { env } = imported.library;
  env.allowRemoteModels = false;
  env.localModelPath = dirname(directory);
  env.useCustomCache = true;
  env.customCache = weightsIn(directory);
  const engine = await loadWith(imported, basename(directory), options, {
    pooling: "mean",
    graphOptimizationLevel: "basic",
    weights: imported.runtime === "wasm"
      ? await Deno.readFile(join(directory, weightsFile))
      : undefined,
  });
  return {
    ...engine,
    dimensions: manifest.dimensions,
    maxTokens: Math.min(manifest.maxTokens, engine.maxTokens),
  };
}

async function loadHubModel(
  directory: string,
  hubName: string,
  options: ModelEngineOptions,
): Promise<ModelEngine> {
  const imported = await importLibrary(options);
  const { env } = imported.library;
  env.allowRemoteModels = true;
  env.localModelPath = directory;
  env.cacheDir = directory;
  try {
    return await loadWith(imported, hubName, options, {
      pooling: await hubPooling(directory, hubName),
      graphOptimizationLevel: "all",
      weights: undefined,
    });
  } catch (cause) {
    throw new AtmosphereError(
      "embedder_failed",
      `The model ${hubName} could neither be found in ${directory} nor fetched from the model hub: ${
        cause instanceof Error ? cause.message : String(cause)
      }`,
      {
        cause,
        hint: `Check the name and the network, or put the model's files into ${
          join(directory, hubName)
        }`,
      },
    );
  }
}

/**
 * Tells the library where weights are. By itself it would open the file as a stream to find that out,
 * and read all of it in vain beside the engine, which takes 0.1 s from a disk and more from inside
 * the executable.
 */
function weightsIn(directory: string) {
  return {
    /** `name` is a path or the address at the hub, whichever the library tries. */
    match(name: string): Promise<string | undefined> {
      const found = /onnx[\\/][^\\/]+\.onnx$/.exec(name)?.[0];
      return Promise.resolve(found === undefined ? undefined : join(directory, found));
    },
    put: () => Promise.resolve(),
  };
}

async function importLibrary(options: ModelEngineOptions): Promise<ImportedTransformers> {
  const imported = await importTransformers({ runtime: options.runtime ?? "auto" });
  imported.library.env.useBrowserCache = false;
  imported.library.env.allowLocalModels = true;
  return imported;
}

/** In what models differ beside their weights. */
interface Traits {
  readonly pooling: Pooling;
  /**
   * How much ONNX Runtime rewrites the graph at each load. The prepared model's graph is written such
   * that `basic` runs as fast as `all`, which takes seven times as long to load (60 against 450 ms).
   */
  readonly graphOptimizationLevel: "basic" | "all";
  /** Weights that lie beside the graph, for a runtime that finds no files itself. */
  readonly weights: Uint8Array | undefined;
}

async function loadWith(
  { library, runtime, nativeFailure }: ImportedTransformers,
  name: string,
  options: ModelEngineOptions,
  { pooling, graphOptimizationLevel, weights }: Traits,
): Promise<ModelEngine> {
  const { AutoModel, AutoTokenizer, Tensor } = library;
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const model = await AutoModel.from_pretrained(name, {
    dtype: "q8",
    session_options: {
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel,
      // Batches are small, so what the arena keeps for the next one is little; without it, memory
      // comes from and goes back to the system at each step, slower and in larger pieces.
      enableCpuMemArena: true,
      enableMemPattern: false,
      ...(weights === undefined
        ? {}
        : { externalData: [{ path: basename(weightsFile), data: weights }] }),
    },
  });

  async function hiddenStates(sequences: ReadonlyArray<readonly number[]>) {
    const columns = sequences.reduce((longest, { length }) => Math.max(longest, length), 0);
    const shape: [number, number] = [sequences.length, columns];
    const ids = new BigInt64Array(sequences.length * columns);
    const mask = new BigInt64Array(sequences.length * columns);
    // Writing the low halves (all platforms are little-endian) makes no BigInt for each token.
    const [idHalves, maskHalves] = [new Int32Array(ids.buffer), new Int32Array(mask.buffer)];
    sequences.forEach((sequence, row) =>
      sequence.forEach((id, column) => {
        idHalves[2 * (row * columns + column)] = id;
        maskHalves[2 * (row * columns + column)] = 1;
      })
    );
    const output = await model({
      input_ids: new Tensor("int64", ids, shape),
      attention_mask: new Tensor("int64", mask, shape),
      token_type_ids: new Tensor("int64", new BigInt64Array(ids.length), shape),
    });
    const hidden = output.last_hidden_state ?? output.token_embeddings;
    if (hidden === undefined) {
      throw new AtmosphereError("embedder_failed", `${name} gives no token vectors`, {
        hint: "Use a model for feature extraction",
      });
    }
    const peaks = output[peaksOutput];
    return {
      values: hidden.data as Float32Array,
      columns,
      dimensions: Number(hidden.dims[2]),
      peaks: peaks === undefined ? undefined : peaks.data as Float32Array,
    };
  }

  const limit: unknown = tokenizer.model_max_length;
  const specials = specialTokens((text, add_special_tokens) =>
    tokenizer.encode(text, { add_special_tokens })
  );
  const probe = await hiddenStates([[...specials.prefix, ...specials.suffix, 0]]);
  return {
    runtime,
    nativeFailure,
    dimensions: probe.dimensions,
    viewDimensions: probe.peaks?.length ?? 0,
    // Tokenisers without a limit state an astronomic one.
    maxTokens: typeof limit === "number" && limit > 0 && limit < 1e6 ? limit : options.maxTokens,
    tokenizer: {
      ...specials,
      encode: (text) => tokenizer.encode(text, { add_special_tokens: false }),
    },
    embed: async (sequences) => {
      const hidden = await hiddenStates(sequences);
      const vectors = pool(hidden, sequences.map(({ length }) => length), pooling);
      return hidden.peaks === undefined
        ? vectors
        : joinRows(vectors, hidden.peaks, sequences.length);
    },
  };
}

/** The special tokens that a tokeniser puts around a text. */
export function specialTokens(
  encode: (text: string, addSpecialTokens: boolean) => readonly number[],
): { prefix: readonly number[]; suffix: readonly number[] } {
  const bare = encode("a", false);
  const whole = encode("a", true);
  const extra = whole.length - bare.length;
  for (let start = 0; start <= extra; start++) {
    if (bare.every((id, i) => whole[start + i] === id)) {
      return { prefix: whole.slice(0, start), suffix: whole.slice(start + bare.length) };
    }
  }
  return { prefix: [], suffix: [] };
}

/** Families of models that put a text's meaning into the first token; most others average. */
const firstTokenFamilies = /\b(bge|snowflake-arctic-embed|mxbai-embed|uae-large|gte-modernbert)\b/i;

/** How a model pools: as its files say, else as its family does. */
async function hubPooling(directory: string, name: string): Promise<Pooling> {
  try {
    const text = await Deno.readTextFile(join(directory, name, "1_Pooling", "config.json"));
    return JSON.parse(text).pooling_mode_cls_token === true ? "first-token" : "mean";
  } catch {
    return firstTokenFamilies.test(name) ? "first-token" : "mean";
  }
}
