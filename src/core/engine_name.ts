/**
 * The engines that a model server can be of.
 *
 * @module
 */

/** Every engine that is known, servers of one's own first. */
export const engineNames = [
  "ollama",
  "llama.cpp",
  "vllm",
  "lmstudio",
  "localai",
  "jan",
  "sglang",
  "koboldcpp",
  "llamafarm",
  "openai-compatible",
  "openai",
  "anthropic",
  "openrouter",
  "groq",
  "mistral",
  "deepseek",
  "together",
  "gemini",
] as const;

/** Engine of a backend, which decides the protocol and the usual address. */
export type EngineName = typeof engineNames[number];
