/**
 * Requests: OpenAI's chat completions to Anthropic's messages.
 *
 * @module
 */

import { asArray, asCount, asFlag, asObject, type JsonObject } from "../fields.ts";
import { Untranslatable } from "./content.ts";
import { toConversation } from "./messages.ts";
import { type ClaudeTraits, claudeTraits } from "./model_version.ts";

function toTool(item: unknown, traits: ClaudeTraits): JsonObject | undefined {
  const tool = asObject(item);
  const called = asObject(tool?.function);
  if (tool?.type !== "function" || called === undefined) return undefined;
  const schema = asObject(called.parameters);
  return {
    name: String(called.name ?? ""),
    ...(typeof called.description === "string" ? { description: called.description } : {}),
    input_schema: schema === undefined
      ? { type: "object", properties: {} }
      : { type: "object", ...schema },
    ...(called.strict === true && traits.structuredOutput ? { strict: true } : {}),
  };
}

function toToolChoice(body: JsonObject): JsonObject | undefined {
  const choice = body.tool_choice;
  const alone = body.parallel_tool_calls === false ? { disable_parallel_tool_use: true } : {};
  if (choice === "none") return { type: "none" };
  if (choice === "required") return { type: "any", ...alone };
  const name = asObject(asObject(choice)?.function)?.name;
  if (typeof name === "string") return { type: "tool", name, ...alone };
  return choice === "auto" || Object.keys(alone).length > 0
    ? { type: "auto", ...alone }
    : undefined;
}

function toolFields(body: JsonObject, traits: ClaudeTraits): JsonObject {
  const tools = (asArray(body.tools) ?? []).map((tool) => toTool(tool, traits)).filter((tool) =>
    tool !== undefined
  );
  if (tools.length === 0) return {};
  const choice = toToolChoice(body);
  return { tools, ...(choice === undefined ? {} : { tool_choice: choice }) };
}

function stopSequences(stop: unknown): string[] {
  const list = typeof stop === "string" ? [stop] : asArray(stop) ?? [];
  // Anthropic refuses those that are white space only.
  return list.filter((item): item is string => typeof item === "string" && item.trim() !== "");
}

function samplingFields(body: JsonObject, traits: ClaudeTraits): JsonObject {
  if (traits.sampling === "none") return {};
  const temperature = typeof body.temperature === "number"
    // OpenAI's scale ends at 2, Anthropic's at 1.
    ? { temperature: Math.min(Math.max(body.temperature, 0), 1) }
    : {};
  const topP = typeof body.top_p === "number" ? { top_p: body.top_p } : {};
  const topK = asCount(body.top_k, 1_000) === undefined ? {} : { top_k: body.top_k };
  if (traits.sampling === "one" && typeof body.temperature === "number") {
    return { ...temperature, ...topK };
  }
  return { ...temperature, ...topP, ...topK };
}

interface Format {
  /** Constrains the output itself. */
  readonly schema?: JsonObject;
  /** Asks for it in words, where the model can't be constrained. */
  readonly instruction?: string;
}

function toFormat(format: unknown, traits: ClaudeTraits): Format {
  const type = asObject(format)?.type;
  if (type === "json_object") {
    return { instruction: "Answer with one JSON object and nothing else." };
  }
  const schema = asObject(asObject(asObject(format)?.json_schema)?.schema);
  if (type !== "json_schema" || schema === undefined) return {};
  if (traits.structuredOutput) return { schema };
  return {
    instruction: "Answer with one JSON object and nothing else. It must match this JSON Schema:\n" +
      JSON.stringify(schema),
  };
}

const efforts: Readonly<Record<string, string>> = {
  none: "low",
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "xhigh",
};

function outputConfig(
  body: JsonObject,
  parts: { readonly format: Format; readonly traits: ClaudeTraits },
): JsonObject {
  const effort = parts.traits.effort ? efforts[String(body.reasoning_effort)] : undefined;
  const config = {
    ...(parts.format.schema === undefined
      ? {}
      : { format: { type: "json_schema", schema: parts.format.schema } }),
    ...(effort === undefined ? {} : { effort }),
  };
  return Object.keys(config).length === 0 ? {} : { output_config: config };
}

/**
 * The body of `POST /v1/messages` for a chat completion. What has no counterpart and only tunes the
 * answer (penalties, seed, log probabilities) is left out. Throws `Untranslatable` for what would
 * change its meaning: sound as input, several choices.
 */
export function toMessagesRequest(body: JsonObject, stream: boolean): JsonObject {
  const model = String(body.model ?? "");
  const traits = claudeTraits(model);
  if ((asCount(body.n) ?? 1) > 1) throw new Untranslatable("more than one choice");
  const { system, turns } = toConversation(body.messages);
  const format = toFormat(body.response_format, traits);
  const instructions = [system, format.instruction].filter((text) => text !== undefined);
  const stops = stopSequences(body.stop);
  const user = typeof body.user === "string" && body.user !== ""
    ? { metadata: { user_id: body.user.slice(0, 256) } }
    : {};
  const thinking = asObject(body.thinking);
  return {
    model,
    max_tokens: asCount(body.max_completion_tokens) ?? asCount(body.max_tokens) ??
      traits.defaultMaxTokens,
    ...(instructions.length === 0 ? {} : { system: instructions.join("\n\n") }),
    messages: turns,
    ...toolFields(body, traits),
    ...(stops.length === 0 ? {} : { stop_sequences: stops }),
    ...samplingFields(body, traits),
    ...outputConfig(body, { format, traits }),
    ...(thinking === undefined ? {} : { thinking }),
    ...user,
    ...(stream ? { stream: true } : {}),
  };
}

/** Whether the caller wants the usage in the stream's last chunk. */
export function wantsUsage(body: JsonObject): boolean {
  return asFlag(asObject(body.stream_options)?.include_usage) === true;
}
