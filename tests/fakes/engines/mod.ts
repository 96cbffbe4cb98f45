/**
 * The engines that are modelled.
 *
 * @module
 */

import type { FakeEngine } from "../models.ts";
import type { Route } from "../route.ts";
import { llamaCpp } from "./llama_cpp.ts";
import { ollama } from "./ollama.ts";
import { openAiAt } from "./openai.ts";

const atmosphere: Route = () => ({
  json: { object: "list", data: [] },
  headers: { "x-atmosphere-node": "12D3KooWFake" },
});

/** How each engine answers. */
export const routes: Readonly<Record<FakeEngine, Route>> = {
  "ollama": ollama,
  "llama.cpp": llamaCpp,
  "vllm": openAiAt("/v1"),
  "lmstudio": openAiAt("/v1"),
  "localai": openAiAt("/v1"),
  "jan": openAiAt("/v1"),
  "sglang": openAiAt("/v1"),
  "koboldcpp": openAiAt("/v1"),
  "llamafarm": openAiAt("/v1"),
  "openai-compatible": openAiAt("/v1"),
  "openai": openAiAt("/v1"),
  "openrouter": openAiAt("/api/v1"),
  "groq": openAiAt("/openai/v1"),
  "mistral": openAiAt("/v1"),
  "deepseek": openAiAt("/v1"),
  "together": openAiAt("/v1"),
  "gemini": openAiAt("/v1beta/openai"),
  "anthropic": openAiAt("/v1"),
  "atmosphere": atmosphere,
};
