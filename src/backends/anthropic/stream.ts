/**
 * Streams: Anthropic's events to OpenAI's chunks.
 *
 * @module
 */

import { BackendError } from "../../core/mod.ts";
import { asObject, asText, type JsonObject } from "../fields.ts";
import { EventTooLong, type ServerSentEvent, SseParser } from "../sse.ts";
import { finishReason, toUsage } from "./response.ts";

/** Options of {@linkcode ChunkTranslator}. */
export interface TranslatorOptions {
  /** Id of the backend, for errors. */
  readonly id: string;
  /** Whether the last chunk carries the usage. */
  readonly includeUsage: boolean;
  /** Time of the answer, in seconds since the epoch. */
  readonly createdSeconds: number;
}

interface ToolBlock {
  readonly index: number;
  hasArguments: boolean;
}

/** Translates one stream, event by event. */
export class ChunkTranslator {
  readonly #options: TranslatorOptions;
  readonly #tools = new Map<unknown, ToolBlock>();
  #base: JsonObject = {};
  #usage: JsonObject = {};
  #stopReason: unknown = null;
  #started = false;
  #ended = false;

  constructor(options: TranslatorOptions) {
    this.#options = options;
  }

  /** Whether the stream came to its proper end. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The text of the chunks for one event. Throws `BackendError` for an error event. */
  translate({ data }: ServerSentEvent): string {
    const event = parsed(data);
    switch (event?.type) {
      case "message_start":
        this.#begin(asObject(event.message) ?? {});
        return "";
      case "content_block_start":
        return this.#blockStart(event);
      case "content_block_delta":
        return this.#blockDelta(event);
      case "content_block_stop":
        return this.#blockStop(event);
      case "message_delta":
        this.#stopReason = asObject(event.delta)?.stop_reason ?? this.#stopReason;
        this.#usage = { ...this.#usage, ...asObject(event.usage) };
        return "";
      case "message_stop":
        return this.#end();
      case "ping":
        // Keeps the caller's clock for silence from running out, once something was said.
        return this.#started ? ": ping\n\n" : "";
      case "error":
        throw this.#failure(asObject(event.error) ?? {});
      default:
        // Anthropic may add events at any time.
        return "";
    }
  }

  #begin(message: JsonObject): void {
    this.#base = {
      id: String(message.id ?? ""),
      object: "chat.completion.chunk",
      created: this.#options.createdSeconds,
      model: String(message.model ?? ""),
    };
    this.#usage = asObject(message.usage) ?? {};
  }

  /**
   * A chunk. The one with the role goes out together with the first that says something: until
   * then an error can still send the request to somebody else.
   */
  #chunk(delta: JsonObject, finish: string | null = null): string {
    const role = this.#started ? "" : this.#event({ role: "assistant", content: "" }, null);
    this.#started = true;
    return role + this.#event(delta, finish);
  }

  #event(delta: JsonObject, finish: string | null): string {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finish };
    return `data: ${JSON.stringify({ ...this.#base, choices: [choice] })}\n\n`;
  }

  #blockStart(event: JsonObject): string {
    const block = asObject(event.content_block) ?? {};
    if (block.type === "text" && typeof block.text === "string" && block.text !== "") {
      return this.#chunk({ content: block.text });
    }
    if (block.type !== "tool_use") return "";
    const tool: ToolBlock = { index: this.#tools.size, hasArguments: false };
    this.#tools.set(event.index, tool);
    const called = { name: String(block.name ?? ""), arguments: "" };
    const call = { index: tool.index, id: String(block.id ?? ""), type: "function" };
    return this.#chunk({ tool_calls: [{ ...call, function: called }] });
  }

  #blockDelta(event: JsonObject): string {
    const delta = asObject(event.delta) ?? {};
    switch (delta.type) {
      case "text_delta":
        return this.#chunk({ content: String(delta.text ?? "") });
      case "thinking_delta":
        return this.#chunk({ reasoning_content: String(delta.thinking ?? "") });
      case "input_json_delta": {
        const tool = this.#tools.get(event.index);
        const part = String(delta.partial_json ?? "");
        if (tool === undefined || part === "") return "";
        tool.hasArguments = true;
        return this.#chunk({ tool_calls: [{ index: tool.index, function: { arguments: part } }] });
      }
      default:
        return "";
    }
  }

  #blockStop(event: JsonObject): string {
    const tool = this.#tools.get(event.index);
    if (tool === undefined || tool.hasArguments) return "";
    // A tool without arguments streams none; callers parse what they get as JSON.
    return this.#chunk({ tool_calls: [{ index: tool.index, function: { arguments: "{}" } }] });
  }

  #end(): string {
    this.#ended = true;
    const last = this.#chunk({}, finishReason(this.#stopReason));
    const usage = this.#options.includeUsage
      ? `data: ${JSON.stringify({ ...this.#base, choices: [], usage: toUsage(this.#usage) })}\n\n`
      : "";
    return `${last}${usage}data: [DONE]\n\n`;
  }

  #failure(error: JsonObject): BackendError {
    const { id } = this.#options;
    const limited = error.type === "rate_limit_error";
    const message = asText(error.message, 500) ?? asText(error.type, 100) ?? "no reason given";
    return new BackendError(
      limited ? "rate_limited" : "backend_failed",
      `${id} failed in the middle of its answer: ${message}`,
      { origin: `backend:${id}` },
    );
  }
}

function parsed(data: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(data));
  } catch {
    return undefined;
  }
}

/**
 * OpenAI's stream from Anthropic's. It fails with a `BackendError` when the other one fails, or
 * ends before its proper end: a cut stream never looks whole.
 */
export function toChunkStream(
  body: ReadableStream<Uint8Array>,
  options: TranslatorOptions,
): ReadableStream<Uint8Array> {
  const parser = new SseParser();
  const translator = new ChunkTranslator(options);
  const reader = body.getReader();
  const encoder = new TextEncoder();
  const cut = () =>
    new BackendError(
      "backend_unreachable",
      `${options.id} ended its answer before it was whole`,
      { origin: `backend:${options.id}` },
    );

  /** The next text; undefined at the end. */
  async function next(): Promise<string | undefined> {
    while (!translator.ended) {
      const { done, value } = await reader.read();
      if (done) throw cut();
      const text = parser.push(value).map((event) => translator.translate(event)).join("");
      if (text !== "") return text;
    }
    return undefined;
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const text = await next();
        if (text !== undefined) controller.enqueue(encoder.encode(text));
        else {
          controller.close();
          await reader.cancel();
        }
      } catch (error) {
        await reader.cancel().catch(() => {});
        throw error instanceof EventTooLong ? cut() : error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
