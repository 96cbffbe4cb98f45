/**
 * A chat or text completion body as the router's question. Only what the node itself reads is checked;
 * everything else is the backend's business and passes untouched.
 *
 * @module
 */

import { AtmosphereError, type RequiredFeatures, type RouteRequest } from "../core/mod.ts";
import type { JsonBody } from "./body.ts";
import {
  type Fields,
  isObject,
  optionalArray,
  optionalBoolean,
  optionalInteger,
  optionalNumber,
  optionalObject,
  optionalString,
  wrongType,
} from "./fields.ts";
import { clip, intentOf, sessionOf } from "./intent_text.ts";
import { extensionField, readExtension } from "./policy_extension.ts";
import { estimateTokens, imageTokens } from "./token_estimate.ts";

/** A request that is ready for the gateway. */
export interface ParsedRequest {
  readonly route: RouteRequest;
  readonly stream: boolean;
  /** The body without what was for this node. */
  readonly body: Fields;
}

/** What the parts of the messages need and weigh. */
interface Content {
  vision: boolean;
  audio: boolean;
  images: number;
  /** Base 64 data, which is no text. */
  dataChars: number;
}

/** Reads a body of `/v1/chat/completions`. Throws `invalid_request` naming the field at fault. */
export function parseChat(json: JsonBody, headers: Headers): ParsedRequest {
  const body = json.value;
  const messages = requiredMessages(body.messages);
  const content: Content = { vision: false, audio: false, images: 0, dataChars: 0 };
  messages.forEach((message, index) => readMessage(message, index, content));
  const tools = optionalArray(body.tools, "tools") ?? optionalArray(body.functions, "functions");
  const required = {
    ...(tools !== undefined && tools.length > 0 && body.tool_choice !== "none"
      ? { tools: true }
      : {}),
    ...(content.vision ? { vision: true } : {}),
    ...(content.audio || wantsAudio(body) ? { audio: true } : {}),
    ...(wantsJson(body) ? { json: true } : {}),
    contextTokens: neededContext(json, content),
  };
  return finish(body, headers, {
    intent: intentOf(messages),
    required,
    session: sessionOf(body, messages),
  });
}

/** Reads a body of `/v1/completions`. Throws `invalid_request` naming the field at fault. */
export function parseCompletion(json: JsonBody, headers: Headers): ParsedRequest {
  const body = json.value;
  const { prompt } = body;
  const texts = typeof prompt === "string" ? [prompt] : prompt;
  if (!Array.isArray(texts) || texts.length === 0) {
    throw wrongType("prompt", "a text or a list of texts", prompt);
  }
  texts.forEach((text: unknown, index) => {
    if (typeof text === "string") return;
    throw wrongType(`prompt[${index}]`, "a text (tokens are not supported)", text);
  });
  const content: Content = { vision: false, audio: false, images: 0, dataChars: 0 };
  return finish(body, headers, {
    intent: clip(texts.join("\n")),
    required: { contextTokens: neededContext(json, content) },
    session: undefined,
  });
}

/** `model` of any body. */
export function readModel(body: Fields): string | undefined {
  return optionalString(body.model, "model");
}

/** `body` without the field that is for this node. */
export function withoutExtension(body: Fields): Fields {
  if (!Object.hasOwn(body, extensionField)) return body;
  const { [extensionField]: _, ...rest } = body;
  return rest;
}

function finish(
  body: Fields,
  headers: Headers,
  found: { intent: string; required: RequiredFeatures; session: string | undefined },
): ParsedRequest {
  const model = readModel(body);
  const stream = optionalBoolean(body.stream, "stream") ?? false;
  optionalNumber(body.temperature, "temperature");
  optionalNumber(body.top_p, "top_p");
  optionalInteger(body.n, "n");
  optionalString(body.user, "user");
  const extension = readExtension(body, headers);
  const session = extension.session ?? found.session;
  return {
    route: {
      kind: "llm/chat",
      ...(model === undefined ? {} : { model }),
      intent: found.intent,
      required: found.required,
      policy: extension.policy,
      ...(extension.preference === undefined ? {} : { preference: extension.preference }),
      ...(session === undefined ? {} : { session }),
    },
    stream,
    body: withoutExtension(body),
  };
}

function requiredMessages(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType("messages", "an array of messages", value);
  if (value.length > 0) return value;
  throw new AtmosphereError("invalid_request", '"messages" is empty, expected at least one', {
    param: "messages",
  });
}

function readMessage(message: unknown, index: number, found: Content): void {
  if (!isObject(message)) throw wrongType(`messages[${index}]`, "an object", message);
  const { role, content } = message;
  if (typeof role !== "string") throw wrongType(`messages[${index}].role`, "a string", role);
  if (typeof content === "string" || content === null || content === undefined) return;
  if (!Array.isArray(content)) {
    throw wrongType(`messages[${index}].content`, "a text or a list of parts", content);
  }
  content.forEach((part: unknown, at) => {
    const name = `messages[${index}].content[${at}]`;
    if (!isObject(part)) throw wrongType(name, "an object", part);
    if (typeof part.type !== "string") throw wrongType(`${name}.type`, "a string", part.type);
    readPart(part, part.type, name, found);
  });
}

function readPart(part: Fields, type: string, name: string, found: Content): void {
  switch (type) {
    case "text":
      if (typeof part.text !== "string") throw wrongType(`${name}.text`, "a string", part.text);
      return;
    case "image_url": {
      const image = part.image_url;
      const url = isObject(image) ? image.url : image;
      if (typeof url !== "string") throw wrongType(`${name}.image_url.url`, "a string", url);
      found.vision = true;
      found.images++;
      found.dataChars += url.length;
      return;
    }
    case "input_audio": {
      const audio = part.input_audio;
      if (!isObject(audio)) throw wrongType(`${name}.input_audio`, "an object", audio);
      found.audio = true;
      if (typeof audio.data === "string") found.dataChars += audio.data.length;
      return;
    }
  }
}

function wantsAudio(body: Fields): boolean {
  return optionalArray(body.modalities, "modalities")?.includes("audio") ?? false;
}

function wantsJson(body: Fields): boolean {
  const format = optionalObject(body.response_format, "response_format");
  if (format === undefined) return false;
  if (typeof format.type !== "string") {
    throw wrongType("response_format.type", "a string", format.type);
  }
  return format.type === "json_object" || format.type === "json_schema";
}

/** Prompt and answer; the whole body counts as prompt but for images and sound. */
function neededContext(json: JsonBody, content: Content): number {
  const { value: body, textLength, sizeBytes } = json;
  const answer = optionalInteger(body.max_completion_tokens, "max_completion_tokens", 0) ??
    optionalInteger(body.max_tokens, "max_tokens", 0) ?? 0;
  return estimateTokens(textLength - content.dataChars, sizeBytes - content.dataChars) +
    content.images * imageTokens + answer;
}
