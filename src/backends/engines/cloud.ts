/**
 * Cloud providers that speak OpenAI's protocol.
 *
 * @module
 */

import type { BackendOperation, CapabilityFeatures, CapabilityKind } from "../../core/mod.ts";
import type { Engine, ListedModel } from "../engine.ts";
import {
  asArray,
  asCount,
  asFlag,
  asObject,
  asPrice,
  asText,
  asTexts,
  type JsonObject,
} from "../fields.ts";
import { contextOf, openAiEngine } from "./openai_compatible.ts";

const chatOnly: ReadonlySet<BackendOperation> = new Set<BackendOperation>(["chat/completions"]);
const chatAndEmbeddings: ReadonlySet<BackendOperation> = new Set<BackendOperation>([
  "chat/completions",
  "embeddings",
]);
const byKey = "configured, or its key is in the environment";

/** OpenAI. */
export const openAi: Engine = openAiEngine({
  name: "openai",
  title: "OpenAI",
  defaultUrl: "https://api.openai.com/v1",
  cloud: true,
  recognisedBy: byKey,
  reads: "`/v1/models`: names",
  readEntry: (_, name) =>
    // Moderation, fine-tuning bases and realtime sessions are no chat models.
    /moderation|^(babbage|davinci)|realtime|-transcribe-diarize|^sora|computer-use/.test(name)
      ? undefined
      : {},
});

function openRouterEntry(entry: JsonObject): Omit<ListedModel, "name"> | undefined {
  const architecture = asObject(entry.architecture) ?? {};
  const inputs = asTexts(architecture.input_modalities);
  const outputs = asTexts(architecture.output_modalities);
  if (outputs.length > 0 && !outputs.includes("text")) return undefined;
  const parameters = asTexts(entry.supported_parameters, 128);
  const known = asArray(entry.supported_parameters) !== undefined;
  const maxOutputTokens = asCount(asObject(entry.top_provider)?.max_completion_tokens);
  const pricing = asObject(entry.pricing) ?? {};
  // Told as text, in dollars a token.
  const input = asPrice(pricing.prompt, 1e6);
  const output = asPrice(pricing.completion, 1e6);
  return {
    features: {
      ...contextOf(entry),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(inputs.length > 0
        ? { vision: inputs.includes("image"), audio: inputs.includes("audio") }
        : {}),
      ...(known
        ? {
          tools: parameters.includes("tools"),
          json: parameters.includes("structured_outputs") ||
            parameters.includes("response_format"),
          reasoning: parameters.includes("reasoning"),
        }
        : {}),
    },
    ...(input === undefined || output === undefined
      ? {}
      : { price: { inputPerMTok: input, outputPerMTok: output } }),
  };
}

/** OpenRouter. */
export const openRouter: Engine = openAiEngine({
  name: "openrouter",
  title: "OpenRouter",
  defaultUrl: "https://openrouter.ai/api/v1",
  apiPath: "/api/v1",
  cloud: true,
  healthPath: "/api/v1/key",
  recognisedBy: byKey,
  reads: "`/api/v1/models`: names, context length, modalities, parameters, prices",
  operations: chatAndEmbeddings,
  async identify(connection, signal) {
    // Its list of models is open to everybody: this path tells whether the key is good.
    const document = await connection.json(`${connection.api}/key`, { signal });
    return asObject(asObject(document)?.data) === undefined ? undefined : {};
  },
  readEntry: openRouterEntry,
});

/** Groq. */
export const groq: Engine = openAiEngine({
  name: "groq",
  title: "Groq",
  defaultUrl: "https://api.groq.com/openai/v1",
  apiPath: "/openai/v1",
  cloud: true,
  recognisedBy: byKey,
  reads: "`/openai/v1/models`: names, context window, longest answer",
  operations: new Set<BackendOperation>([
    "chat/completions",
    "responses",
    "audio/transcriptions",
    "audio/speech",
  ]),
  readEntry(entry) {
    if (entry.active === false) return undefined;
    const maxOutputTokens = asCount(entry.max_completion_tokens);
    return {
      features: {
        ...contextOf(entry),
        ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      },
    };
  },
});

function mistralEntry(entry: JsonObject): Omit<ListedModel, "name"> | undefined {
  const abilities = asObject(entry.capabilities) ?? {};
  const chats = asFlag(abilities.completion_chat);
  const tools = asFlag(abilities.function_calling);
  const vision = asFlag(abilities.vision);
  const features: CapabilityFeatures = {
    ...contextOf(entry),
    ...(tools === undefined ? {} : { tools }),
    ...(vision === undefined ? {} : { vision }),
  };
  return chats === true ? { kind: "llm/chat", features } : { features };
}

/** Mistral. */
export const mistral: Engine = openAiEngine({
  name: "mistral",
  title: "Mistral",
  defaultUrl: "https://api.mistral.ai/v1",
  cloud: true,
  recognisedBy: byKey,
  reads: "`/v1/models`: names, context length, tools, vision",
  operations: chatAndEmbeddings,
  readEntry: mistralEntry,
});

/** DeepSeek. */
export const deepSeek: Engine = openAiEngine({
  name: "deepseek",
  title: "DeepSeek",
  defaultUrl: "https://api.deepseek.com/v1",
  cloud: true,
  recognisedBy: byKey,
  reads: "`/v1/models`: names",
  operations: chatOnly,
});

const togetherKinds: Readonly<Record<string, CapabilityKind | undefined>> = {
  chat: "llm/chat",
  code: "llm/chat",
  language: "llm/chat",
  embedding: "llm/embed",
  rerank: "llm/rerank",
  image: "vision/generate",
  transcribe: "audio/transcribe",
  audio: "audio/generate",
};

/** Together. */
export const together: Engine = openAiEngine({
  name: "together",
  title: "Together",
  defaultUrl: "https://api.together.xyz/v1",
  cloud: true,
  recognisedBy: byKey,
  reads: "`/v1/models`: names, kind, context length, prices",
  readEntry(entry) {
    const kind = togetherKinds[asText(entry.type, 32) ?? "chat"];
    if (kind === undefined) return undefined;
    const pricing = asObject(entry.pricing) ?? {};
    const input = asPrice(pricing.input, 1);
    const output = asPrice(pricing.output, 1);
    // It lists 0 for what it has no price a token for, such as images and dedicated endpoints.
    const priced = input !== undefined && output !== undefined && input + output > 0;
    return {
      kind,
      features: contextOf(entry),
      ...(priced ? { price: { inputPerMTok: input, outputPerMTok: output } } : {}),
    };
  },
});

/** Gemini by its OpenAI-compatible endpoint. */
export const gemini: Engine = openAiEngine({
  name: "gemini",
  title: "Gemini",
  defaultUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
  apiPath: "/v1beta/openai",
  cloud: true,
  recognisedBy: byKey,
  reads: "`/v1beta/openai/models`: names",
  operations: new Set<BackendOperation>([
    "chat/completions",
    "embeddings",
    "images/generations",
  ]),
  // It lists `models/NAME`; callers, and its own documentation, write NAME.
  readEntry: (_, name) =>
    /live|native-audio|aqa|^models\/(veo|lyria)|robotics|computer-use/.test(name)
      ? undefined
      : name.startsWith("models/")
      ? { alias: name.slice("models/".length) }
      : {},
});
