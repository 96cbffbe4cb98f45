/**
 * Local servers that speak OpenAI's protocol and tell themselves apart by paths of their own.
 *
 * @module
 */

import { embeds, type FakeModel } from "../models.ts";
import { openAiError, openAiPost } from "../openai_routes.ts";
import type { Answer, Route } from "../route.ts";

function listOf(models: readonly FakeModel[], entry: (model: FakeModel) => object): Answer {
  return { json: { object: "list", data: models.map(entry) } };
}

/** A route from its GET paths; POSTs below `/v1` are OpenAI's. */
function localRoute(
  gets: (models: readonly FakeModel[]) => Readonly<Record<string, Answer>>,
  unknown: (method: string, path: string) => Answer,
): Route {
  return (request, { models }) => {
    const { method, path } = request;
    const answer = method === "GET" ? gets(models)[path] : undefined;
    if (answer !== undefined) return answer;
    if (method === "POST" && path.startsWith("/v1/")) {
      return openAiPost(path.slice(4), request.json ?? {}, models);
    }
    return unknown(method, path);
  };
}

const notFound = (): Answer => ({ status: 404, json: { detail: "Not Found" } });

/** vLLM (docs.vllm.ai, OpenAI-compatible server). */
export const vllm: Route = localRoute((models) => ({
  "/health": { text: "" },
  "/version": { json: { version: "0.11.0" } },
  "/v1/models": listOf(models, (model) => ({
    id: model.name,
    object: "model",
    created: 1_727_766_000,
    owned_by: "vllm",
    root: model.name,
    parent: null,
    max_model_len: model.contextTokens ?? 8_192,
    permission: [],
  })),
}), notFound);

/** LM Studio (lmstudio.ai/docs, REST API v0): unknown paths answer 200. */
export const lmStudio: Route = localRoute((models) => ({
  "/api/v0/models": listOf(models, (model) => ({
    id: model.name,
    object: "model",
    type: embeds(model) ? "embeddings" : model.vision ?? false ? "vlm" : "llm",
    publisher: "lmstudio-community",
    arch: "llama",
    compatibility_type: "gguf",
    quantization: "Q4_K_M",
    state: model.loaded ?? true ? "loaded" : "not-loaded",
    max_context_length: model.contextTokens ?? 8_192,
    ...(embeds(model) ? {} : { capabilities: model.tools ?? true ? ["tool_use"] : [] }),
  })),
  "/v1/models": listOf(models, ({ name }) => ({
    id: name,
    object: "model",
    owned_by: "organization_owner",
  })),
}), (method, path) => ({ json: { error: `Unexpected endpoint or method. (${method} ${path})` } }));

/** LocalAI (localai.io/docs). */
export const localAi: Route = localRoute((models) => ({
  "/readyz": { text: "OK" },
  "/version": { json: { version: "v3.7.0 (a1b2c3d4)" } },
  "/system": {
    json: {
      backends: ["llama-cpp", "whisper"],
      loaded_models: models.filter((model) => model.loaded ?? true).map(({ name }) => ({
        id: name,
      })),
    },
  },
  "/v1/models": listOf(models, ({ name }) => ({ id: name, object: "model" })),
}), (_, path) => openAiError(404, `Resource ${path} not found`));

/** Jan's local API server (src-tauri/src/core/server/proxy.rs of its repository). */
export const jan: Route = localRoute((models) => ({
  "/openapi.json": {
    json: { openapi: "3.0.0", info: { title: "Jan API", version: "0.3.14" }, paths: {} },
  },
  "/v1/models": listOf(models, ({ name }) => ({
    id: name,
    object: "model",
    created: 1,
    owned_by: "user",
  })),
}), () => ({ status: 404, text: "Not Found" }));

/** SGLang (docs.sglang.ai, native APIs). */
export const sglang: Route = localRoute((models) => ({
  "/health": { text: "" },
  "/get_model_info": {
    json: {
      model_path: models[0]?.name,
      tokenizer_path: models[0]?.name,
      is_generation: models[0] === undefined || !embeds(models[0]),
      preferred_sampling_params: null,
      weight_version: "default",
      has_image_understanding: models[0]?.vision ?? false,
    },
  },
  "/v1/models": listOf(models, (model) => ({
    id: model.name,
    object: "model",
    created: 1_727_766_000,
    owned_by: "sglang",
    root: model.name,
    max_model_len: model.contextTokens ?? 8_192,
  })),
}), notFound);

/** KoboldCpp (its wiki and built-in API documentation); it has one text model. */
export const koboldCpp: Route = localRoute((models) => ({
  "/api/extra/version": {
    json: {
      result: "KoboldCpp",
      version: "1.100.1",
      protected: false,
      llm: true,
      txt2img: false,
      vision: models[0]?.vision ?? false,
      audio: false,
      transcribe: false,
      tts: false,
      embeddings: models[0] !== undefined && embeds(models[0]),
    },
  },
  "/api/extra/true_max_context_length": { json: { value: models[0]?.contextTokens ?? 8_192 } },
  // It answers for Ollama's clients too.
  "/api/version": { json: { version: "0.7.0" } },
  "/v1/models": listOf(models, ({ name }) => ({
    id: name,
    object: "model",
    created: 1_727_766_000,
    owned_by: "koboldcpp",
    permission: [],
    root: "koboldcpp",
  })),
}), () => ({ status: 404, json: { detail: { msg: "no such endpoint", type: "not_found" } } }));
