/**
 * What the usual environment variables say about providers.
 *
 * @module
 */

import type { EngineName } from "../core/engine_name.ts";

/** How a provider's own programs take their key and address from the environment. */
export interface ProviderVariables {
  readonly engine: EngineName;
  /** Names of the key, the first that is set counts. */
  readonly keys: readonly string[];
  /** Name of the base address, where the provider's own clients read one. */
  readonly baseUrl?: string;
}

/** The providers whose keys are taken from the environment. */
export const providers: readonly ProviderVariables[] = [
  { engine: "openai", keys: ["OPENAI_API_KEY"], baseUrl: "OPENAI_BASE_URL" },
  { engine: "anthropic", keys: ["ANTHROPIC_API_KEY"], baseUrl: "ANTHROPIC_BASE_URL" },
  { engine: "openrouter", keys: ["OPENROUTER_API_KEY"] },
  { engine: "groq", keys: ["GROQ_API_KEY"] },
  { engine: "mistral", keys: ["MISTRAL_API_KEY"] },
  { engine: "deepseek", keys: ["DEEPSEEK_API_KEY"] },
  { engine: "together", keys: ["TOGETHER_API_KEY"] },
  { engine: "gemini", keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"] },
];
