/**
 * The engines that are modelled.
 *
 * @module
 */

import type { FakeEngine } from "../models.ts";
import type { Route } from "../route.ts";
import { anthropic } from "./anthropic.ts";
import { gemini, groq, mistral, openRouter, together } from "./clouds.ts";
import { llamaCpp } from "./llama_cpp.ts";
import { llamaFarm } from "./llamafarm.ts";
import { jan, koboldCpp, lmStudio, localAi, sglang, vllm } from "./local.ts";
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
  "vllm": vllm,
  "lmstudio": lmStudio,
  "localai": localAi,
  "jan": jan,
  "sglang": sglang,
  "koboldcpp": koboldCpp,
  "llamafarm": llamaFarm,
  "openai-compatible": openAiAt("/v1"),
  "openai": openAiAt("/v1"),
  "deepseek": openAiAt("/v1"),
  "openrouter": openRouter,
  "groq": groq,
  "mistral": mistral,
  "together": together,
  "gemini": gemini,
  "anthropic": anthropic,
  "atmosphere": atmosphere,
};
