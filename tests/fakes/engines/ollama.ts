/**
 * Ollama's documented answers (docs/api.md and docs/openai.md of its repository).
 *
 * @module
 */

import { embeds, type FakeModel } from "../models.ts";
import { openAiPost } from "../openai_routes.ts";
import { type Route, unknownPath } from "../route.ts";

function details(model: FakeModel) {
  const size = /(\d+(?:\.\d+)?)b/i.exec(model.name)?.[1] ?? "3.2";
  return {
    parent_model: "",
    format: "gguf",
    family: "llama",
    families: ["llama"],
    parameter_size: `${size}B`,
    quantization_level: "Q4_K_M",
  };
}

function tag(model: FakeModel) {
  return {
    name: model.name,
    model: model.name,
    modified_at: "2026-10-01T10:00:00.000000000+02:00",
    size: 2_019_393_189,
    digest: "a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72",
    details: details(model),
  };
}

function show(model: FakeModel) {
  const capabilities = embeds(model) ? ["embedding"] : [
    "completion",
    ...(model.tools ?? true ? ["tools"] : []),
    ...(model.vision ?? false ? ["vision"] : []),
  ];
  return {
    modelfile: "",
    parameters: "",
    template: "",
    details: details(model),
    model_info: {
      "general.architecture": "llama",
      "general.parameter_count": Number(details(model).parameter_size.slice(0, -1)) * 1e9,
      "llama.context_length": model.contextTokens ?? 8_192,
      "llama.embedding_length": model.dimensions ?? 8,
    },
    capabilities,
    modified_at: "2026-10-01T10:00:00.000000000+02:00",
  };
}

/** Ollama. */
export const ollama: Route = (request, { models }) => {
  const { method, path } = request;
  switch (`${method} ${path}`) {
    case "GET /":
      return { text: "Ollama is running" };
    case "GET /api/version":
      return { json: { version: "0.12.6" } };
    case "GET /api/tags":
      return { json: { models: models.map(tag) } };
    case "GET /api/ps":
      return {
        json: {
          models: models.filter((model) => model.loaded ?? true).map((model) => ({
            ...tag(model),
            expires_at: "2026-10-01T10:05:00.000000000+02:00",
            size_vram: 2_019_393_189,
          })),
        },
      };
    case "POST /api/show": {
      const model = models.find(({ name }) => name === request.json?.model);
      return model === undefined
        ? { status: 404, json: { error: `model '${request.json?.model}' not found` } }
        : { json: show(model) };
    }
    case "GET /v1/models":
      return {
        json: {
          object: "list",
          data: models.map(({ name }) => ({
            id: name,
            object: "model",
            created: 1_727_766_000,
            owned_by: "library",
          })),
        },
      };
  }
  if (method === "POST" && path.startsWith("/v1/")) {
    return openAiPost(path.slice(4), request.json ?? {}, models);
  }
  return { ...unknownPath, json: undefined, text: "404 page not found" };
};
