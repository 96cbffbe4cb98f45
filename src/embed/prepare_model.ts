/**
 * Makes the bundled model's directory from the weights that npm carries.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { AtmosphereError } from "../core/errors.ts";
import { type BertConfig, bertModel } from "./convert/bert_graph.ts";
import { readSafetensors } from "./convert/safetensors.ts";
import { manifestName, type ModelManifest, readManifest, sha256Hex } from "./model_files.ts";

/** The model that travels with the program. */
export const bundledModel = {
  name: "all-minilm-l6-v2",
  dtype: "q8",
  dimensions: 384,
  maxTokens: 256,
} as const;

/** Name of its directory. */
export const bundledModelFolder = `${bundledModel.name}-${bundledModel.dtype}`;

/** SHA-256 of the 16-bit weights that it is made from. */
const weightsSha256 = "6638f625a0a60bdaa1e34c5fee0a17c705f13b98b43a7973e9d366106a55273d";

/** Where the original files are. */
export interface ModelSource {
  readonly weightsPath: string;
  readonly tokenizerPath: string;
  readonly configPath: string;
}

/** Reports a step of the preparation, for people. */
export type OnModelStep = (step: string) => void;

/** Options of {@linkcode prepareBundledModel}. */
export interface PrepareOptions {
  /** The directory to make. */
  readonly directory: string;
  /** Called only when there is something to prepare. */
  readonly source: () => Promise<ModelSource>;
  readonly onStep?: OnModelStep;
  readonly signal?: AbortSignal;
}

/**
 * Makes the prepared model's directory; does nothing when it is there. Two at once do no harm: each
 * works in a folder of its own and the first one's is kept.
 *
 * Throws `embedder_failed` when the weights are not the expected ones or can't be written.
 */
export async function prepareBundledModel(options: PrepareOptions): Promise<void> {
  const { directory, onStep = () => {}, signal } = options;
  if (await readManifest(directory) !== undefined) return;
  onStep("Fetching all-MiniLM-L6-v2 (45 MB, once)");
  const source = await options.source();
  signal?.throwIfAborted();
  onStep("Preparing all-MiniLM-L6-v2 in 8 bits");
  const files = await modelFiles(source);
  signal?.throwIfAborted();
  await Deno.mkdir(dirname(directory), { recursive: true });
  const staging = await Deno.makeTempDir({ dir: dirname(directory), prefix: ".preparing-" });
  try {
    await writeModel(staging, files);
    await Deno.chmod(staging, 0o755).catch(() => {}); // Windows has no modes.
    await Deno.rename(staging, directory);
  } catch (error) {
    await Deno.remove(staging, { recursive: true }).catch(() => {});
    if (await readManifest(directory) !== undefined) return; // Another process was quicker.
    throw new AtmosphereError("embedder_failed", `Writing the model to ${directory} failed`, {
      cause: error,
      hint: "Check the folder's permissions and the space left",
    });
  }
}

async function modelFiles(
  source: ModelSource,
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const weights = await Deno.readFile(source.weightsPath);
  if (await sha256Hex(weights) !== weightsSha256) {
    throw new AtmosphereError(
      "embedder_failed",
      `The weights at ${source.weightsPath} are not those of all-MiniLM-L6-v2`,
      { hint: "Remove the file and let it be fetched again" },
    );
  }
  const config = JSON.parse(await Deno.readTextFile(source.configPath));
  const tokenizer = JSON.parse(await Deno.readTextFile(source.tokenizerPath));
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return new Map([
    [
      "onnx/model_quantized.onnx",
      bertModel(readSafetensors(weights), { config: config as BertConfig, precision: "q8" }),
    ],
    ["config.json", json(config)],
    // The embedder cuts long texts itself, where it can pool the parts.
    ["tokenizer.json", json({ ...tokenizer, truncation: null, padding: null })],
    [
      "tokenizer_config.json",
      json({
        tokenizer_class: "BertTokenizer",
        do_lower_case: true,
        model_max_length: bundledModel.maxTokens,
        cls_token: "[CLS]",
        sep_token: "[SEP]",
        pad_token: "[PAD]",
        unk_token: "[UNK]",
        mask_token: "[MASK]",
      }),
    ],
  ]);
}

async function writeModel(
  directory: string,
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const listed: Array<ModelManifest["files"][number]> = [];
  for (const [path, bytes] of files) {
    await Deno.mkdir(dirname(join(directory, path)), { recursive: true });
    await Deno.writeFile(join(directory, path), bytes);
    listed.push({ path, sizeBytes: bytes.byteLength, sha256: await sha256Hex(bytes) });
  }
  const manifest: ModelManifest = {
    ...bundledModel,
    licence: "Apache-2.0",
    source: "sentence-transformers/all-MiniLM-L6-v2",
    files: listed,
  };
  // Last, since its presence says that the rest is whole.
  await Deno.writeTextFile(join(directory, manifestName), JSON.stringify(manifest, null, 2));
}
