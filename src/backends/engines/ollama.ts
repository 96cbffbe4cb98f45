/**
 * Ollama: models by its own API, requests by its OpenAI-compatible one.
 *
 * @module
 */

import type { BackendOperation, CapabilityFeatures, CapabilityKind } from "../../core/mod.ts";
import { BackendError } from "../../core/mod.ts";
import type { Engine, EngineConnection, ListedModel } from "../engine.ts";
import { asArray, asCount, asObject, asText, asTexts, type JsonObject } from "../fields.ts";
import { readModelList } from "../model_list.ts";
import { parseParameterSize } from "../model_name.ts";

const operations: ReadonlySet<BackendOperation> = new Set<BackendOperation>([
  "chat/completions",
  "completions",
  "embeddings",
  "responses",
]);

// `/api/show` reads the model's file: asking for all at once would stall a small machine.
const showConcurrency = 4;

/** What `/api/show` says, as far as it is used. */
function readShow(document: unknown): Omit<ListedModel, "name"> {
  const show = asObject(document) ?? {};
  const details = asObject(show.details) ?? {};
  const info = asObject(show.model_info) ?? {};
  const architecture = asText(info["general.architecture"], 64);
  const abilities = asTexts(show.capabilities);
  const known = asArray(show.capabilities) !== undefined;
  const contextTokens = asCount(info[`${architecture}.context_length`], 100_000_000);
  const dimensions = asCount(info[`${architecture}.embedding_length`], 65_536);
  const embeds = abilities.includes("embedding");
  const kind: CapabilityKind | undefined = embeds
    ? "llm/embed"
    : abilities.includes("completion")
    ? "llm/chat"
    : undefined;
  const features: CapabilityFeatures = {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(known && !embeds
      ? {
        tools: abilities.includes("tools"),
        vision: abilities.includes("vision"),
        // Ollama constrains the output of any chat model to a JSON schema.
        json: true,
      }
      : {}),
    ...(abilities.includes("thinking") ? { reasoning: true } : {}),
    ...(embeds && dimensions !== undefined ? { dimensions } : {}),
  };
  const parameterCount = asCount(info["general.parameter_count"], 1e14);
  const parametersB = parameterCount === undefined
    ? parseParameterSize(asText(details.parameter_size, 32) ?? "")
    : parameterCount / 1e9;
  const quantization = asText(details.quantization_level, 32);
  return {
    features,
    ...(kind === undefined ? {} : { kind }),
    ...(parametersB === undefined ? {} : { parametersB }),
    ...(quantization === undefined ? {} : { quantization }),
  };
}

/** What `/api/tags` says of a model, in case `/api/show` fails. */
function readTag(entry: JsonObject): Omit<ListedModel, "name"> {
  const details = asObject(entry.details) ?? {};
  const parametersB = parseParameterSize(asText(details.parameter_size, 32) ?? "");
  const quantization = asText(details.quantization_level, 32);
  return {
    ...(parametersB === undefined ? {} : { parametersB }),
    ...(quantization === undefined ? {} : { quantization }),
  };
}

/** The models in memory by name, with the context that each was loaded with where it is told. */
async function readRunning(
  connection: EngineConnection,
  signal: AbortSignal,
): Promise<Map<string, number | undefined> | undefined> {
  try {
    const document = await connection.json(`${connection.root}/api/ps`, { signal });
    const running = asArray(asObject(document)?.models);
    if (running === undefined) return undefined;
    const models = new Map<string, number | undefined>();
    for (const item of running) {
      const name = asText(asObject(item)?.name);
      if (name !== undefined) models.set(name, asCount(asObject(item)?.context_length));
    }
    return models;
  } catch (error) {
    // Versions before 0.1.33 have no `/api/ps`: then it is unknown what is loaded.
    if (!(error instanceof BackendError)) throw error;
    return undefined;
  }
}

/** The model with what `/api/ps` adds: it serves with the context that it was loaded with. */
function withRunning(
  model: ListedModel,
  running: ReadonlyMap<string, number | undefined>,
): ListedModel {
  const contextTokens = running.get(model.name);
  return {
    ...model,
    loaded: running.has(model.name),
    ...(contextTokens === undefined ? {} : { features: { ...model.features, contextTokens } }),
  };
}

async function show(
  connection: EngineConnection,
  model: ListedModel,
  signal: AbortSignal,
): Promise<ListedModel> {
  try {
    const document = await connection.json(`${connection.root}/api/show`, {
      signal,
      body: { model: model.name },
    });
    return { ...model, ...readShow(document) };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    connection.logger.warn("Could not read the details of a model", {
      backend: connection.id,
      model: model.name,
      reason: error.message,
    });
    return model;
  }
}

async function list(connection: EngineConnection, signal: AbortSignal): Promise<ListedModel[]> {
  const [document, running] = await Promise.all([
    connection.json(`${connection.root}/api/tags`, { signal }),
    readRunning(connection, signal),
  ]);
  const models = readModelList(document, {
    id: connection.id,
    logger: connection.logger,
    field: "models",
    nameFields: ["name", "model"],
    read: readTag,
  });
  const complete: ListedModel[] = new Array(models.length);
  let next = 0;
  async function work(): Promise<void> {
    while (next < models.length) {
      const at = next++;
      const model = await show(connection, models[at]!, signal);
      complete[at] = running === undefined ? model : withRunning(model, running);
    }
  }
  await Promise.all(Array.from({ length: Math.min(showConcurrency, models.length) }, work));
  return complete;
}

/** Ollama. */
export const ollama: Engine = {
  name: "ollama",
  title: "Ollama",
  ports: [11434],
  // Older versions have `/api/tags` alone.
  withoutOpenAiList: true,
  defaultUrl: "http://127.0.0.1:11434",
  apiPath: "/v1",
  cloud: false,
  healthPath: "/api/version",
  recognisedBy: '`/api/version` answers `{"version": …}`',
  reads: "`/api/tags`, `/api/show` (kind, context, tools, vision, thinking, parameters, " +
    "quantisation, dimensions), `/api/ps` (loaded, context in use)",
  operations,
  async identify(connection, signal) {
    const document = await connection.json(`${connection.root}/api/version`, { signal });
    const version = asText(asObject(document)?.version, 64);
    return version === undefined ? undefined : { version };
  },
  list,
};
