/**
 * The table of engines.
 *
 * @module
 */

import type { EngineName } from "./definition.ts";
import type { Engine } from "./engine.ts";
import { llamaCpp } from "./engines/llama_cpp.ts";
import { ollama } from "./engines/ollama.ts";
import { openAiCompatible } from "./engines/openai_compatible.ts";

/** Every engine by its name. */
export const ENGINE_PROFILES: Readonly<Partial<Record<EngineName, Engine>>> = {
  "ollama": ollama,
  "llama.cpp": llamaCpp,
  "openai-compatible": openAiCompatible,
};
