/**
 * Anthropic: its Messages API behind OpenAI's protocol.
 *
 * @module
 */

import {
  BackendError,
  type BackendOperation,
  type BackendRequest,
  type BackendResponse,
  type CapabilityFeatures,
} from "../../core/mod.ts";
import { Untranslatable } from "../anthropic/content.ts";
import { toMessagesRequest, wantsUsage } from "../anthropic/request.ts";
import { toChatCompletion } from "../anthropic/response.ts";
import { toChunkStream } from "../anthropic/stream.ts";
import { invalidAnswer, wholeBody } from "../answer.ts";
import type { Engine, EngineConnection, ExchangeTarget, ListedModel } from "../engine.ts";
import { asArray, asCount, asFlag, asObject, type JsonObject } from "../fields.ts";
import { parseJson } from "../http/answer_source.ts";
import { readModelList } from "../model_list.ts";

const version = "2023-06-01";

function supported(value: unknown): boolean | undefined {
  return asFlag(value) ?? asFlag(asObject(value)?.supported);
}

function readEntry(entry: JsonObject): Omit<ListedModel, "name"> {
  const abilities = asObject(entry.capabilities) ?? {};
  const contextTokens = asCount(entry.max_input_tokens, 100_000_000);
  const maxOutputTokens = asCount(entry.max_tokens, 100_000_000);
  const vision = supported(abilities.image_input);
  const json = supported(abilities.structured_outputs);
  const features: CapabilityFeatures = {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(vision === undefined ? {} : { vision }),
    ...(json === undefined ? {} : { json }),
  };
  return { kind: "llm/chat", features };
}

function translated(connection: EngineConnection, request: BackendRequest): JsonObject {
  try {
    return toMessagesRequest(request.body, request.stream);
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    throw new BackendError("backend_failed", `Anthropic does not take ${error.message}`, {
      origin: `backend:${connection.id}`,
      cause: error,
    });
  }
}

/** An error of Anthropic's shape in OpenAI's. */
function translatedError(answer: BackendResponse): BackendResponse {
  const error = asObject(asObject(parseJson(answer.bytes ?? new Uint8Array()))?.error);
  const text = JSON.stringify({
    error: {
      message: String(error?.message ?? "Anthropic refused the request"),
      type: String(error?.type ?? "invalid_request_error"),
      param: null,
      code: null,
    },
  });
  return wholeBody(new TextEncoder().encode(text), answer);
}

async function send(
  connection: EngineConnection,
  request: BackendRequest,
  exchange: (target: ExchangeTarget) => Promise<BackendResponse>,
): Promise<BackendResponse> {
  const answer = await exchange({
    url: `${connection.api}/messages`,
    body: translated(connection, request),
  });
  if (answer.status >= 400) return translatedError(answer);
  const createdSeconds = Math.floor(Date.now() / 1_000);
  if (request.stream && answer.bytes === undefined && answer.body !== null) {
    const body = toChunkStream(answer.body, {
      id: connection.id,
      includeUsage: wantsUsage(request.body),
      createdSeconds,
    });
    return { status: answer.status, headers: answer.headers, body };
  }
  const completion = toChatCompletion(
    parseJson(answer.bytes ?? new Uint8Array()),
    createdSeconds,
  );
  if (completion === undefined) {
    throw invalidAnswer("answered with a document that is no message", {
      id: connection.id,
      status: answer.status,
    });
  }
  return wholeBody(new TextEncoder().encode(JSON.stringify(completion)), answer);
}

/** Anthropic. */
export const anthropic: Engine = {
  name: "anthropic",
  title: "Anthropic",
  ports: [],
  defaultUrl: "https://api.anthropic.com/v1",
  apiPath: "/v1",
  cloud: true,
  healthPath: "/v1/models",
  recognisedBy: "configured, or its key is in the environment",
  reads: "`/v1/models`: names, and where it tells them context length, longest answer, vision",
  operations: new Set<BackendOperation>(["chat/completions"]),
  headers: { "anthropic-version": version },
  authorize: (key) => ({ "x-api-key": key }),
  async identify(connection, signal) {
    const document = await connection.json(`${connection.api}/models?limit=1`, { signal });
    return asArray(asObject(document)?.data) === undefined ? undefined : {};
  },
  async list(connection, signal) {
    const document = await connection.json(`${connection.api}/models?limit=1000`, { signal });
    return readModelList(document, {
      id: connection.id,
      logger: connection.logger,
      field: "data",
      nameFields: ["id"],
      read: readEntry,
    });
  },
  send,
};
