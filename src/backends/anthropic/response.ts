/**
 * Answers: Anthropic's messages to OpenAI's chat completions.
 *
 * @module
 */

import { asArray, asObject, type JsonObject } from "../fields.ts";

/** Tokens in OpenAI's form. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

const finishReasons: Readonly<Record<string, string>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

/** OpenAI's `finish_reason` for Anthropic's `stop_reason`. */
export function finishReason(stopReason: unknown): string {
  return finishReasons[String(stopReason)] ?? "stop";
}

function tokens(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0;
}

/** Tokens in OpenAI's form: what was read from or written to the cache counts as prompt. */
export function toUsage(usage: unknown): Usage {
  const told = asObject(usage) ?? {};
  const cached = tokens(told.cache_read_input_tokens);
  const prompt = tokens(told.input_tokens) + tokens(told.cache_creation_input_tokens) + cached;
  const completion = tokens(told.output_tokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
  };
}

function joined(blocks: readonly JsonObject[], type: string, field: string): string {
  return blocks.filter((block) => block.type === type).map((block) => block[field])
    .filter((text) => typeof text === "string").join("");
}

/**
 * The chat completion of a message; undefined for a document that is none. `createdSeconds` is its
 * time, which Anthropic does not tell.
 */
export function toChatCompletion(
  document: unknown,
  createdSeconds: number,
): JsonObject | undefined {
  const message = asObject(document);
  const content = asArray(message?.content);
  if (message?.type !== "message" || content === undefined) return undefined;
  const blocks = content.map(asObject).filter((block) => block !== undefined);
  const text = joined(blocks, "text", "text");
  const reasoning = joined(blocks, "thinking", "thinking");
  const calls = blocks.filter((block) => block.type === "tool_use").map((block) => ({
    id: String(block.id ?? ""),
    type: "function",
    function: { name: String(block.name ?? ""), arguments: JSON.stringify(block.input ?? {}) },
  }));
  return {
    id: String(message.id ?? ""),
    object: "chat.completion",
    created: createdSeconds,
    model: String(message.model ?? ""),
    choices: [{
      index: 0,
      message: {
        role: "assistant",
        content: text === "" && calls.length > 0 ? null : text,
        ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      },
      logprobs: null,
      finish_reason: finishReason(message.stop_reason),
    }],
    usage: toUsage(message.usage),
  };
}
