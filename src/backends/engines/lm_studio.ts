/**
 * LM Studio.
 *
 * @module
 */

import type { CapabilityFeatures, CapabilityKind } from "../../core/mod.ts";
import type { Engine, ListedModel } from "../engine.ts";
import { asArray, asCount, asObject, asText, asTexts, type JsonObject } from "../fields.ts";
import { readModelList } from "../model_list.ts";
import { openAiOperations } from "./openai_compatible.ts";

const kinds: Readonly<Record<string, CapabilityKind>> = {
  llm: "llm/chat",
  vlm: "llm/chat",
  embeddings: "llm/embed",
};

function readEntry(entry: JsonObject): Omit<ListedModel, "name"> {
  const type = asText(entry.type, 32) ?? "";
  const kind = kinds[type];
  // A loaded model has the context that it was loaded with, which is often shorter.
  const contextTokens = asCount(entry.loaded_context_length, 100_000_000) ??
    asCount(entry.max_context_length, 100_000_000);
  const known = asArray(entry.capabilities) !== undefined;
  const features: CapabilityFeatures = {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(kind === "llm/chat" ? { vision: type === "vlm", json: true } : {}),
    ...(known ? { tools: asTexts(entry.capabilities).includes("tool_use") } : {}),
  };
  const quantization = asText(entry.quantization, 32);
  const state = asText(entry.state, 32);
  return {
    features,
    ...(kind === undefined ? {} : { kind }),
    ...(quantization === undefined ? {} : { quantization }),
    ...(state === undefined ? {} : { loaded: state === "loaded" }),
  };
}

/** LM Studio. */
export const lmStudio: Engine = {
  name: "lmstudio",
  title: "LM Studio",
  ports: [1234],
  defaultUrl: "http://127.0.0.1:1234",
  apiPath: "/v1",
  cloud: false,
  healthPath: "/api/v0/models",
  recognisedBy: "`/api/v0/models` lists models with a `type` and a `state`",
  reads: "`/api/v0/models`: kind, vision, tools, context length, quantisation, loaded or not",
  operations: openAiOperations,
  async identify(connection, signal) {
    const document = await connection.json(`${connection.root}/api/v0/models`, { signal });
    // It answers unknown paths with 200 and an error, so that the list itself is the mark.
    const data = asArray(asObject(document)?.data);
    const first = asObject(data?.[0]);
    if (data === undefined || (first !== undefined && typeof first.state !== "string")) {
      return undefined;
    }
    return {};
  },
  async list(connection, signal) {
    const document = await connection.json(`${connection.root}/api/v0/models`, { signal });
    return readModelList(document, {
      id: connection.id,
      logger: connection.logger,
      field: "data",
      nameFields: ["id"],
      read: readEntry,
    });
  },
};
