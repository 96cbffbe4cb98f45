/**
 * The table of engines.
 *
 * @module
 */

import type { EngineName } from "../core/mod.ts";
import type { Engine } from "./engine.ts";
import { anthropic } from "./engines/anthropic.ts";
import { deepSeek, gemini, groq, mistral, openAi, openRouter, together } from "./engines/cloud.ts";
import { jan } from "./engines/jan.ts";
import { koboldCpp } from "./engines/koboldcpp.ts";
import { llamaCpp } from "./engines/llama_cpp.ts";
import { llamaFarm } from "./engines/llamafarm.ts";
import { lmStudio } from "./engines/lm_studio.ts";
import { localAi } from "./engines/localai.ts";
import { ollama } from "./engines/ollama.ts";
import { openAiCompatible } from "./engines/openai_compatible.ts";
import { sglang } from "./engines/sglang.ts";
import { vllm } from "./engines/vllm.ts";

/** Every engine by its name: ports, health path, how it is recognised, what its models tell. */
export const ENGINE_PROFILES: Readonly<Record<EngineName, Engine>> = {
  "ollama": ollama,
  "llama.cpp": llamaCpp,
  "vllm": vllm,
  "lmstudio": lmStudio,
  "localai": localAi,
  "jan": jan,
  "sglang": sglang,
  "koboldcpp": koboldCpp,
  "llamafarm": llamaFarm,
  "openai-compatible": openAiCompatible,
  "openai": openAi,
  "anthropic": anthropic,
  "openrouter": openRouter,
  "groq": groq,
  "mistral": mistral,
  "deepseek": deepSeek,
  "together": together,
  "gemini": gemini,
};
