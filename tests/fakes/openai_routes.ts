/**
 * OpenAI's protocol, as the fake servers speak it.
 *
 * @module
 */

import { type Json, pieces, type Reply, replyTo, vectorOf } from "./answers.ts";
import { embeds, type FakeModel } from "./models.ts";
import type { Answer } from "./route.ts";

/** Makes an error as OpenAI does. */
export function openAiError(status: number, message: string, code: string | null = null): Answer {
  return { status, json: { error: { message, type: "invalid_request_error", param: null, code } } };
}

function message(reply: Reply): Json {
  return {
    role: "assistant",
    content: reply.toolCalls.length > 0 ? null : reply.text,
    ...(reply.toolCalls.length > 0
      ? {
        tool_calls: reply.toolCalls.map((call) => ({
          id: call.id,
          type: "function",
          function: { name: call.name, arguments: JSON.stringify(call.arguments) },
        })),
      }
      : {}),
  };
}

function usage(reply: Reply): Json {
  return {
    prompt_tokens: reply.promptTokens,
    completion_tokens: reply.completionTokens,
    total_tokens: reply.promptTokens + reply.completionTokens,
  };
}

function event(data: unknown): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

function chatStream(reply: Reply, body: Json): string[] {
  const base = {
    id: "chatcmpl-fake",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: body.model,
  };
  const chunk = (delta: Json, finish: string | null = null) =>
    event({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] });
  const withUsage = (body.stream_options as Json | undefined)?.include_usage === true;
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces(reply.text).map((content) => chunk({ content })),
    ...reply.toolCalls.flatMap((call, index) => [
      chunk({
        tool_calls: [{
          index,
          id: call.id,
          type: "function",
          function: { name: call.name, arguments: "" },
        }],
      }),
      ...JSON.stringify(call.arguments).match(/.{1,8}/gs)!.map((part) =>
        chunk({ tool_calls: [{ index, function: { arguments: part } }] })
      ),
    ]),
    chunk({}, reply.stoppedBy),
    ...(withUsage ? [event({ ...base, choices: [], usage: usage(reply) })] : []),
    event("[DONE]"),
  ];
}

function chat(body: Json): Answer {
  const reply = replyTo(body);
  if (body.stream === true) return { events: chatStream(reply, body) };
  return {
    json: {
      id: "chatcmpl-fake",
      object: "chat.completion",
      created: 1_700_000_000,
      model: body.model,
      choices: [{ index: 0, message: message(reply), finish_reason: reply.stoppedBy }],
      usage: usage(reply),
    },
  };
}

function completion(body: Json): Answer {
  const base = {
    id: "cmpl-fake",
    object: "text_completion",
    created: 1_700_000_000,
    model: body.model,
  };
  const text = `${body.prompt} and so on`;
  const choice = (part: string, finish: string | null) => ({
    ...base,
    choices: [{ index: 0, text: part, finish_reason: finish }],
  });
  if (body.stream !== true) return { json: choice(text, "stop") };
  return {
    events: [
      ...pieces(text).map((part) => event(choice(part, null))),
      event(choice("", "stop")),
      event("[DONE]"),
    ],
  };
}

function base64(vector: readonly number[]): string {
  const bytes = new Uint8Array(new Float32Array(vector).buffer);
  return btoa(String.fromCharCode(...bytes));
}

function embeddings(body: Json, model: FakeModel): Answer {
  const inputs = Array.isArray(body.input) ? body.input : [body.input];
  return {
    json: {
      object: "list",
      model: body.model,
      data: inputs.map((input, index) => {
        const vector = vectorOf(String(input), model);
        return {
          object: "embedding",
          index,
          embedding: body.encoding_format === "base64" ? base64(vector) : vector,
        };
      }),
      usage: { prompt_tokens: inputs.length, total_tokens: inputs.length },
    },
  };
}

/** The answer to a POST of OpenAI's protocol; `path` is what follows the version. */
export function openAiPost(path: string, body: Json, models: readonly FakeModel[]): Answer {
  if (typeof body.model !== "string") return openAiError(400, "you must provide a model parameter");
  const model = models.find(({ name }) => name === body.model);
  if (model === undefined) {
    return openAiError(404, `model '${body.model}' not found`, "model_not_found");
  }
  switch (path) {
    case "chat/completions":
      if (embeds(model)) return openAiError(400, `"${model.name}" does not support chat`);
      if (!Array.isArray(body.messages)) return openAiError(400, "messages must be an array");
      return chat(body);
    case "completions":
      return completion(body);
    case "embeddings":
      return embeddings(body, model);
    default:
      return openAiError(404, `Unknown request URL: POST /v1/${path}`, "unknown_url");
  }
}
