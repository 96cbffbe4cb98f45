/**
 * Clouds that speak OpenAI's protocol, with what each adds to its list of models.
 *
 * @module
 */

import { embeds, type FakeModel } from "../models.ts";
import type { Route } from "../route.ts";
import { openAiAt } from "./openai.ts";

/** OpenAI's protocol below `prefix`, with the engine's own list of models. */
function withList(
  prefix: string,
  entry: (model: FakeModel) => object,
  wrap: (entries: object[]) => unknown = (data) => ({ object: "list", data }),
): Route {
  const plain = openAiAt(prefix);
  return (request, server) =>
    request.method === "GET" && request.path === `${prefix}/models`
      ? { json: wrap(server.models.map(entry)) }
      : plain(request, server);
}

const routerModels = withList("/api/v1", (model) => ({
  id: model.name,
  name: model.name,
  created: 1_727_766_000,
  description: "A model.",
  context_length: model.contextTokens ?? 8_192,
  architecture: {
    input_modalities: model.vision ?? false ? ["text", "image"] : ["text"],
    output_modalities: ["text"],
  },
  pricing: { prompt: "0.0000025", completion: "0.00001", request: "0", image: "0" },
  top_provider: { context_length: 8_192, max_completion_tokens: 4_096, is_moderated: false },
  supported_parameters: [
    "temperature",
    "response_format",
    ...(model.tools ?? true ? ["tools", "tool_choice"] : []),
  ],
}), (data) => ({ data }));

/** OpenRouter (openrouter.ai/docs). */
export const openRouter: Route = (request, server) =>
  request.method === "GET" && request.path === "/api/v1/key"
    ? { json: { data: { label: "fake", usage: 0, limit: null, is_free_tier: false } } }
    : routerModels(request, server);

/** Groq (console.groq.com/docs). */
export const groq: Route = withList("/openai/v1", (model) => ({
  id: model.name,
  object: "model",
  created: 1_727_766_000,
  owned_by: "Meta",
  active: true,
  context_window: model.contextTokens ?? 8_192,
  public_apps: null,
  max_completion_tokens: 4_096,
}));

/** Mistral (docs.mistral.ai). */
export const mistral: Route = withList("/v1", (model) => ({
  id: model.name,
  object: "model",
  created: 1_727_766_000,
  owned_by: "mistralai",
  capabilities: {
    completion_chat: !embeds(model),
    completion_fim: false,
    function_calling: model.tools ?? true,
    fine_tuning: false,
    vision: model.vision ?? false,
  },
  max_context_length: model.contextTokens ?? 8_192,
  aliases: [],
  type: "base",
}));

/** Together (docs.together.ai): the list is a bare array. */
export const together: Route = withList("/v1", (model) => ({
  id: model.name,
  object: "model",
  created: 1_727_766_000,
  type: embeds(model) ? "embedding" : "chat",
  display_name: model.name,
  context_length: model.contextTokens ?? 8_192,
  pricing: { hourly: 0, input: 0.18, output: 0.59, base: 0, finetune: 0 },
}), (entries) => entries);

/** Gemini's OpenAI-compatible endpoint (ai.google.dev): names are listed as `models/NAME`. */
export const gemini: Route = (request, server) => {
  const prefix = "/v1beta/openai";
  if (request.method === "GET" && request.path === `${prefix}/models`) {
    const data = server.models.map(({ name }) => ({
      id: `models/${name}`,
      object: "model",
      owned_by: "google",
    }));
    return { json: { object: "list", data } };
  }
  // Requests may name a model either way.
  const models = server.models.flatMap((model) => [
    model,
    { ...model, name: `models/${model.name}` },
  ]);
  return openAiAt(prefix)(request, { models });
};
