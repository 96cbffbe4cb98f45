/**
 * Servers that speak OpenAI's protocol, and the engine for those that nothing more is known of.
 *
 * @module
 */

import type { BackendOperation, CapabilityFeatures, EngineName } from "../../core/mod.ts";
import type { Engine, EngineConnection, Identity, ListedModel } from "../engine.ts";
import { asCount, asObject, asText, type JsonObject } from "../fields.ts";
import { maxNameLength, readModelList } from "../model_list.ts";

/** Every operation of OpenAI's protocol that this node passes on. */
export const openAiOperations: ReadonlySet<BackendOperation> = new Set<BackendOperation>([
  "chat/completions",
  "completions",
  "embeddings",
  "responses",
  "audio/transcriptions",
  "audio/speech",
  "images/generations",
  "rerank",
]);

/** What sets one OpenAI-compatible engine apart. */
export interface OpenAiProfile {
  readonly name: EngineName;
  readonly title: string;
  readonly ports?: readonly number[];
  readonly defaultUrl: string;
  readonly apiPath?: string;
  readonly cloud?: boolean;
  readonly healthPath?: string;
  readonly recognisedBy: string;
  readonly reads: string;
  readonly operations?: ReadonlySet<BackendOperation>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Recognises the engine; that it lists models is enough where absent. */
  readonly identify?: Engine["identify"];
  /** What an entry of `/models` tells beside the name; undefined leaves the entry out. */
  readonly readEntry?: (entry: JsonObject, name: string) => Omit<ListedModel, "name"> | undefined;
  /** Adds what the engine's own API tells to the models it lists. */
  readonly refine?: (
    models: ListedModel[],
    connection: EngineConnection,
    signal: AbortSignal,
  ) => Promise<ListedModel[]>;
}

/** Length of context in the fields that OpenAI-compatible servers use for it. */
export function contextOf(entry: JsonObject): CapabilityFeatures {
  for (
    const key of ["max_model_len", "context_length", "context_window", "max_context_length"]
  ) {
    const contextTokens = asCount(entry[key], 100_000_000);
    if (contextTokens !== undefined) return { contextTokens };
  }
  return {};
}

function readPlainEntry(entry: JsonObject): Omit<ListedModel, "name"> {
  return { features: contextOf(entry) };
}

/** As above, for servers that tell in `root` which model is behind a served name. */
export function readServedEntry(entry: JsonObject): Omit<ListedModel, "name"> {
  const root = asText(entry.root, maxNameLength);
  return {
    features: contextOf(entry),
    ...(root === undefined || root === entry.id ? {} : { familyHint: root }),
  };
}

/** Models of `GET /models`. */
export async function listOpenAiModels(
  connection: EngineConnection,
  options: {
    signal: AbortSignal;
    readEntry?: OpenAiProfile["readEntry"];
  },
): Promise<ListedModel[]> {
  const document = await connection.json(`${connection.api}/models`, { signal: options.signal });
  return readModelList(document, {
    id: connection.id,
    logger: connection.logger,
    // Together answers with the bare array.
    field: Array.isArray(document) ? undefined : "data",
    nameFields: ["id", "name"],
    read: options.readEntry ?? readPlainEntry,
  });
}

/** Whether a document is OpenAI's list of models. */
export function isOpenAiList(document: unknown): boolean {
  return Array.isArray(document) || Array.isArray(asObject(document)?.data);
}

async function identifyByModels(
  connection: EngineConnection,
  signal: AbortSignal,
): Promise<Identity | undefined> {
  const document = await connection.json(`${connection.api}/models`, { signal });
  return isOpenAiList(document) ? {} : undefined;
}

/** An engine from what sets it apart. */
export function openAiEngine(profile: OpenAiProfile): Engine {
  const { readEntry, refine } = profile;
  return {
    name: profile.name,
    title: profile.title,
    ports: profile.ports ?? [],
    defaultUrl: profile.defaultUrl,
    apiPath: profile.apiPath ?? "/v1",
    cloud: profile.cloud ?? false,
    healthPath: profile.healthPath ?? `${profile.apiPath ?? "/v1"}/models`,
    recognisedBy: profile.recognisedBy,
    reads: profile.reads,
    operations: profile.operations ?? openAiOperations,
    ...(profile.headers === undefined ? {} : { headers: profile.headers }),
    identify: profile.identify ?? identifyByModels,
    async list(connection, signal) {
      const models = await listOpenAiModels(connection, {
        signal,
        ...(readEntry === undefined ? {} : { readEntry }),
      });
      return refine === undefined ? models : await refine(models, connection, signal);
    },
  };
}

/** A server that speaks OpenAI's protocol and says nothing more of itself. */
export const openAiCompatible: Engine = openAiEngine({
  name: "openai-compatible",
  title: "OpenAI-compatible server",
  defaultUrl: "http://127.0.0.1:8000/v1",
  recognisedBy: "`/v1/models` answers with a list, and no other engine is recognised",
  reads: "`/v1/models`: names, and the context length where it is there",
});
