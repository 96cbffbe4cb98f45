/**
 * Anthropic's Messages API (platform.claude.com/docs): strict about what it documents as required,
 * so that a wrong translation is seen.
 *
 * @module
 */

import { type Json, pieces, type Reply, replyTo } from "../answers.ts";
import type { Answer, Route } from "../route.ts";

function failure(status: number, type: string, message: string): Answer {
  return { status, json: { type: "error", error: { type, message }, request_id: "req_fake" } };
}

const invalid = (message: string) => failure(400, "invalid_request_error", message);

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** What the API refuses, as far as a translation can get it wrong. */
function refusal(body: Json): string | undefined {
  if (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1) {
    return "max_tokens: Field required";
  }
  const messages = list(body.messages);
  if (messages.length === 0) return "messages: at least one message is required";
  if (messages[0]?.role !== "user") return 'messages: first message must use the "user" role';
  const asked = new Set<unknown>();
  for (const [index, { role, content }] of messages.entries()) {
    if (role !== "user" && role !== "assistant") return `messages.${index}: unexpected role`;
    if (messages[index - 1]?.role === role) return `messages.${index}: roles must alternate`;
    const blocks = typeof content === "string" ? [{ type: "text", text: content }] : list(content);
    if (blocks.length === 0) return `messages.${index}: content must not be empty`;
    for (const block of blocks as readonly Json[]) {
      if (block.type === "text" && String(block.text ?? "").trim() === "") {
        return `messages.${index}: text content blocks must be non-empty`;
      }
      if (block.type === "tool_use") asked.add(block.id);
      if (block.type === "tool_result" && !asked.has(block.tool_use_id)) {
        return `messages.${index}: unexpected tool_use_id in tool_result blocks`;
      }
    }
  }
  if (typeof body.temperature === "number" && body.temperature > 1) {
    return "temperature: must be at most 1";
  }
  return undefined;
}

/** The request as OpenAI's, so that the same fake model answers. */
function asChat(body: Json): Json {
  const choice = body.tool_choice as Json | undefined;
  const format = (body.output_config as Json | undefined)?.format as Json | undefined;
  return {
    ...body,
    ...(choice?.type === "none" ? { tool_choice: "none" } : {}),
    ...(format === undefined ? {} : { response_format: { type: "json_schema" } }),
  };
}

const stopReasons = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" } as const;

function blocks(reply: Reply): Json[] {
  return [
    ...(reply.text === "" ? [] : [{ type: "text", text: reply.text }]),
    ...reply.toolCalls.map((call) => ({
      type: "tool_use",
      id: "toolu_fake_1",
      name: call.name,
      input: call.arguments,
    })),
  ];
}

function event(data: Json): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function blockEvents(block: Json, index: number): string[] {
  const isTool = block.type === "tool_use";
  const parts = isTool
    ? JSON.stringify(block.input) === "{}" ? [] : JSON.stringify(block.input).match(/.{1,8}/gs)!
    : pieces(String(block.text));
  return [
    event({
      type: "content_block_start",
      index,
      content_block: isTool ? { ...block, input: {} } : { type: "text", text: "" },
    }),
    ...parts.map((part) =>
      event({
        type: "content_block_delta",
        index,
        delta: isTool
          ? { type: "input_json_delta", partial_json: part }
          : { type: "text_delta", text: part },
      })
    ),
    event({ type: "content_block_stop", index }),
  ];
}

function message(body: Json, reply: Reply): Answer {
  const base = { id: "msg_fake", type: "message", role: "assistant", model: body.model };
  const stop = { stop_reason: stopReasons[reply.stoppedBy], stop_sequence: null };
  const input = { input_tokens: reply.promptTokens };
  if (body.stream !== true) {
    const usage = { ...input, output_tokens: reply.completionTokens };
    return { json: { ...base, content: blocks(reply), ...stop, usage } };
  }
  const start = { ...base, content: [], stop_reason: null, stop_sequence: null };
  return {
    events: [
      event({
        type: "message_start",
        message: { ...start, usage: { ...input, output_tokens: 1 } },
      }),
      event({ type: "ping" }),
      ...blocks(reply).flatMap(blockEvents),
      event({
        type: "message_delta",
        delta: stop,
        usage: { output_tokens: reply.completionTokens },
      }),
      event({ type: "message_stop" }),
    ],
  };
}

/** Anthropic. */
export const anthropic: Route = (request, { models }) => {
  const { method, path } = request;
  if (request.headers["anthropic-version"] === undefined) {
    return invalid("anthropic-version: header is required");
  }
  if (method === "GET" && path === "/v1/models") {
    const data = models.map(({ name }) => ({
      type: "model",
      id: name,
      display_name: name,
      created_at: "2026-02-19T00:00:00Z",
    }));
    return { json: { data, has_more: false, first_id: data[0]?.id, last_id: data.at(-1)?.id } };
  }
  if (method !== "POST" || path !== "/v1/messages") {
    return failure(404, "not_found_error", "Not found");
  }
  const body = request.json ?? {};
  if (!models.some(({ name }) => name === body.model)) {
    return failure(404, "not_found_error", `model: ${body.model}`);
  }
  const reason = refusal(body);
  return reason === undefined ? message(body, replyTo(asChat(body))) : invalid(reason);
};
