/**
 * What the fake models say: the same for the same request, always.
 *
 * @module
 */

import type { FakeModel } from "./models.ts";

/** An object of unknown fields. */
export type Json = Readonly<Record<string, unknown>>;

/** A tool call of a fake model. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: Json;
}

/** What a fake model answers. */
export interface Reply {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly stoppedBy: "stop" | "length" | "tool_calls";
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content).map((part) => {
    if (typeof part.text === "string") return part.text;
    if (part.type === "image_url" || part.type === "image") return "[image]";
    if (part.type === "tool_result") return textOf(part.content);
    return "";
  }).filter((text) => text !== "").join(" ");
}

function countTokens(text: string): number {
  return text.split(/\s+/).filter((word) => word !== "").length;
}

function lastToolResult(message: Json | undefined): string | undefined {
  if (message?.role === "tool") return textOf(message.content);
  const results = list(message?.content).filter((part) => part.type === "tool_result");
  return results.length > 0 ? textOf(results) : undefined;
}

function argumentsFor(schema: Json | undefined, text: string): Json {
  const properties = (schema?.properties ?? {}) as Json;
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const type = (property as Json).type;
      if (type === "number" || type === "integer") return [name, 7];
      if (type === "boolean") return [name, true];
      if (type === "array") return [name, []];
      if (type === "object") return [name, {}];
      return [name, text];
    }),
  );
}

/** The answer to an OpenAI- or Anthropic-shaped chat body. */
export function replyTo(body: Json): Reply {
  const messages = list(body.messages);
  const last = messages.at(-1);
  const lastUser = messages.findLast((message) => message.role === "user");
  const asked = textOf(lastUser?.content);
  const promptTokens = messages.reduce((sum, item) => sum + countTokens(textOf(item.content)), 0);
  const result = lastToolResult(last);
  const choice = body.tool_choice;
  const tool = list(body.tools)[0];
  const forbidden = choice === "none" || (choice as Json | undefined)?.type === "none";
  if (tool !== undefined && result === undefined && !forbidden) {
    const called = (tool.function ?? tool) as Json;
    const schema = (called.parameters ?? called.input_schema) as Json | undefined;
    const args = argumentsFor(schema, asked);
    return {
      text: "",
      toolCalls: [{ id: "call_fake_1", name: String(called.name), arguments: args }],
      promptTokens,
      completionTokens: 1 + Object.keys(args).length,
      stoppedBy: "tool_calls",
    };
  }
  const format = (body.response_format as Json | undefined)?.type;
  const said = result === undefined ? `You said: ${asked}` : `The tool said: ${result}`;
  const whole = format === "json_object" || format === "json_schema"
    ? JSON.stringify({ echo: asked })
    : said;
  const limit = Number(body.max_tokens ?? body.max_completion_tokens ?? Infinity);
  const words = whole.split(/(?<=\s)/);
  const cut = words.length > limit;
  return {
    text: cut ? words.slice(0, limit).join("") : whole,
    toolCalls: [],
    promptTokens,
    completionTokens: Math.min(words.length, limit),
    stoppedBy: cut ? "length" : "stop",
  };
}

/** The pieces that a text is streamed in. */
export function pieces(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\s)/);
}

/** A unit vector that depends on the text alone. */
export function vectorOf(text: string, model: FakeModel): number[] {
  let state = 2_166_136_261;
  for (const byte of new TextEncoder().encode(text)) {
    state = Math.imul(state ^ byte, 16_777_619) >>> 0;
  }
  const raw = Array.from({ length: model.dimensions ?? 8 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  const length = Math.hypot(...raw) || 1;
  return raw.map((value) => Math.fround(value / length));
}
