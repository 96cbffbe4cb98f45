/**
 * The answers of a backend: which of them go to the caller as they are.
 *
 * @module
 */

import {
  BackendError,
  type BackendOperation,
  type BackendResponse,
  type ByteSource,
  streamOf,
} from "../core/mod.ts";
import { asObject } from "./fields.ts";
import { type HttpAnswer, isJson, mediaType, parseJson } from "./http/answer_source.ts";
import { errorText, maxErrorBytes, refusal } from "./refusal.ts";

/** Who was asked for what. */
export interface AnswerOptions {
  /** Id of the backend. */
  readonly id: string;
  readonly operation: BackendOperation;
  readonly stream: boolean;
  /** Most bytes of an answer that is not streamed. */
  readonly maxBytes: number;
  /** Takes this backend's own credentials out of a text. */
  readonly conceal: (text: string) => string;
}

// A larger document is checked at its two ends only: parsing it would stall the event loop.
const maxParsedBytes = 1_048_576;

// What belongs to the caller; everything else (cookies, hop-by-hop, the server's own) stays here.
const passedHeaders = ["content-type", "x-request-id", "request-id", "x-session-id"] as const;
const maxHeaderLength = 1_024;

/** The headers of an answer that belong to the caller. */
export function callerHeaders(from: ReadonlyMap<string, string>): Map<string, string> {
  const headers = new Map<string, string>();
  for (const name of passedHeaders) {
    const value = from.get(name);
    if (value !== undefined && value.length <= maxHeaderLength) headers.set(name, value);
  }
  return headers;
}

/** An answer whose body is there already; the stream is made only for those who want one. */
class WholeAnswer implements BackendResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>, head: Pick<BackendResponse, "status" | "headers">) {
    this.status = head.status;
    this.headers = head.headers;
    this.bytes = bytes;
  }

  get body(): ReadableStream<Uint8Array> {
    const { bytes } = this;
    return new ReadableStream({
      start(controller) {
        if (bytes.length > 0) controller.enqueue(bytes);
        controller.close();
      },
    });
  }
}

/** An answer whose body is still to come; the stream is made only for those who want one. */
class StreamedAnswer implements BackendResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly source: ByteSource;
  #body: ReadableStream<Uint8Array> | undefined;

  constructor(source: ByteSource, head: Pick<BackendResponse, "status" | "headers">) {
    this.status = head.status;
    this.headers = head.headers;
    this.source = source;
  }

  get body(): ReadableStream<Uint8Array> {
    return this.#body ??= streamOf(this.source);
  }
}

/** An answer from a body that is there already. */
export function wholeBody(
  bytes: Uint8Array<ArrayBuffer>,
  head: Pick<BackendResponse, "status" | "headers">,
): BackendResponse {
  return new WholeAnswer(bytes, head);
}

/** The error of an answer that is not what its protocol allows. */
export function invalidAnswer(
  what: string,
  options: { readonly id: string; readonly status: number },
): BackendError {
  return new BackendError("backend_invalid_response", `${options.id} ${what}`, {
    origin: `backend:${options.id}`,
    upstreamStatus: options.status,
    hint: "Check that the address belongs to a model server and not to a proxy or a web page",
  });
}

function describedType(type: string): string {
  return type === "" ? "a body of no content type" : type.slice(0, 100);
}

function looksWhole(bytes: Uint8Array): boolean {
  if (bytes.length <= maxParsedBytes) return asObject(parseJson(bytes)) !== undefined;
  const ends = new TextDecoder();
  return ends.decode(bytes.subarray(0, 64)).trimStart().startsWith("{") &&
    ends.decode(bytes.subarray(-64)).trimEnd().endsWith("}");
}

/** Whether a media type may stand where JSON is usual: sound, subtitles, plain transcripts. */
function isFittingMedia(type: string, operation: BackendOperation): boolean {
  if (operation === "audio/speech") {
    return type.startsWith("audio/") || type === "application/octet-stream";
  }
  if (operation !== "audio/transcriptions") return false;
  return (type.startsWith("text/") && type !== "text/html") || type === "application/x-subrip";
}

/** The body of a 2xx that is not streamed: whole and of its type, or an error. */
async function wholeAnswer(answer: HttpAnswer, options: AnswerOptions): Promise<BackendResponse> {
  const { status } = answer;
  const blame = { id: options.id, status };
  const type = mediaType(answer);
  if (!isJson(type) && !isFittingMedia(type, options.operation)) {
    await answer.discard();
    throw invalidAnswer(`answered with ${describedType(type)} in place of JSON`, blame);
  }
  const bytes = await answer.bytes(options.maxBytes);
  if (bytes.length === 0) throw invalidAnswer("answered with an empty body", blame);
  if (isJson(type) && !looksWhole(bytes)) {
    throw invalidAnswer("answered with a body that is no whole JSON object", blame);
  }
  return wholeBody(bytes, { status, headers: callerHeaders(answer.headers) });
}

/** The body of a 2xx that was asked to be streamed. */
async function streamedAnswer(
  answer: HttpAnswer,
  options: AnswerOptions,
): Promise<BackendResponse> {
  const { status } = answer;
  const type = mediaType(answer);
  const isSound = options.operation === "audio/speech" && type.startsWith("audio/");
  if (type === "text/event-stream" || isSound) {
    const head = { status, headers: callerHeaders(answer.headers) };
    return new StreamedAnswer(answer.source(), head);
  }
  if (!isJson(type)) await answer.discard();
  else {
    // An error under status 200, as some servers answer once the head is sent.
    const text = errorText(parseJson(await answer.bytes(maxErrorBytes)));
    if (text !== undefined) {
      throw new BackendError(
        "backend_failed",
        `${options.id} failed: ${options.conceal(text)}`,
        { origin: `backend:${options.id}`, upstreamStatus: status },
      );
    }
  }
  throw invalidAnswer(`answered with ${describedType(type)} in place of a stream`, {
    id: options.id,
    status,
  });
}

/**
 * The answer as the caller may have it. Throws `BackendError` for everything that another
 * candidate might do better; see `Backend.send`.
 */
export function checkAnswer(
  answer: HttpAnswer,
  options: AnswerOptions,
): Promise<BackendResponse> {
  if (answer.status < 200 || answer.status >= 300) return refusal(answer, options);
  return options.stream ? streamedAnswer(answer, options) : wholeAnswer(answer, options);
}
