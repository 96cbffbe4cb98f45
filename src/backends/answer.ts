/**
 * Which answers of a backend go to the caller, and which become an error that lets another
 * candidate try.
 *
 * @module
 */

import {
  BackendError,
  type BackendOperation,
  type BackendResponse,
  type ErrorCode,
  type ErrorOrigin,
  redact,
} from "../core/mod.ts";
import { discard, isJson, mediaType, parseJson, readBytes } from "./body.ts";
import { asObject, asText } from "./fields.ts";

/** Who was asked for what. */
export interface AnswerOptions {
  /** Id of the backend. */
  readonly id: string;
  readonly url: string;
  readonly operation: BackendOperation;
  readonly stream: boolean;
  readonly signal: AbortSignal;
  /** Most bytes of an answer that is not streamed. */
  readonly maxBytes: number;
}

const maxErrorBytes = 65_536;
// A larger document is checked at its two ends only: parsing it would stall the event loop.
const maxParsedBytes = 1_048_576;

// What belongs to the caller; everything else (cookies, hop-by-hop, the server's own) stays here.
const passedHeaders = [
  "content-type",
  "retry-after",
  "x-request-id",
  "request-id",
  "openai-processing-ms",
  "x-session-id",
];

function originOf(options: AnswerOptions): ErrorOrigin {
  return `backend:${options.id}`;
}

/** The headers of an answer that belong to the caller. */
export function callerHeaders(from: Headers): Headers {
  const headers = new Headers();
  for (const name of passedHeaders) {
    const value = from.get(name);
    if (value !== null && value.length <= 1_024) headers.set(name, value);
  }
  for (const [name, value] of from) {
    if (name.startsWith("x-ratelimit-") && value.length <= 256) headers.set(name, value);
  }
  return headers;
}

/** Seconds of `Retry-After`, whichever of its two forms it has; undefined where it has none. */
export function retryAfterSeconds(headers: Headers, now = Date.now()): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  const seconds = /^\d{1,6}(\.\d+)?$/.test(value)
    ? Math.ceil(Number(value))
    : Math.ceil((Date.parse(value) - now) / 1_000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 86_400) : undefined;
}

/** What an error document says, in whatever of the usual shapes; bounded, without secrets. */
export function errorText(document: unknown): string | undefined {
  const object = asObject(document);
  const error = object?.error;
  const candidates = [
    asObject(error)?.message,
    error,
    object?.message,
    object?.detail,
    asObject(object?.detail)?.message,
  ];
  for (const candidate of candidates) {
    const text = typeof candidate === "string"
      // deno-lint-ignore no-control-regex
      ? candidate.replace(/[\u0000-\u001f\u007f]+/g, " ").trim()
      : "";
    if (text !== "") return redact(text.slice(0, 500));
  }
  return undefined;
}

interface Verdict {
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint?: string;
}

/** What a status means for failover; undefined for one that belongs to the caller. */
function verdict(status: number): Verdict | undefined {
  switch (status) {
    case 401:
    case 403:
      return {
        code: "backend_unauthorized",
        what: "refused the credentials",
        hint: "Check the key of this backend in the configuration",
      };
    case 402:
      return {
        code: "backend_unauthorized",
        what: "asks for payment",
        hint: "The account of this backend's key has no credit left",
      };
    case 404:
      return { code: "model_not_found", what: "does not have this model or path" };
    case 408:
      return { code: "backend_timeout", what: "gave up waiting" };
    case 429:
      return { code: "rate_limited", what: "has no capacity left for now" };
    default:
      if (status >= 500) return { code: "backend_failed", what: "failed" };
      if (status >= 400) return undefined;
      return { code: "backend_invalid_response", what: "answered out of its protocol" };
  }
}

async function readErrorText(response: Response, options: AnswerOptions) {
  try {
    const bytes = await readBytes(response, {
      origin: originOf(options),
      url: options.url,
      maxBytes: maxErrorBytes,
      signal: options.signal,
    });
    return { bytes, document: isJson(mediaType(response)) ? parseJson(bytes) : undefined };
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    if (!(error instanceof BackendError)) throw error;
    return { bytes: new Uint8Array(), document: undefined };
  }
}

async function refuse(
  response: Response,
  options: AnswerOptions,
  found: Verdict,
): Promise<never> {
  const { document } = await readErrorText(response, options);
  const text = errorText(document);
  const seconds = retryAfterSeconds(response.headers);
  throw new BackendError(
    found.code,
    `${options.id} ${found.what} (HTTP ${response.status})${text === undefined ? "" : `: ${text}`}`,
    {
      origin: originOf(options),
      upstreamStatus: response.status,
      ...(found.hint === undefined ? {} : { hint: found.hint }),
      ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    },
  );
}

function invalid(options: AnswerOptions, what: string, status: number): BackendError {
  return new BackendError("backend_invalid_response", `${options.id} ${what}`, {
    origin: originOf(options),
    upstreamStatus: status,
    hint: "Check that the address belongs to a model server and not to a proxy or a web page",
  });
}

/** A whole body that is there already. */
export function wholeBody(
  bytes: Uint8Array<ArrayBuffer>,
  head: { status: number; headers: Headers },
): BackendResponse {
  return {
    status: head.status,
    headers: head.headers,
    bytes,
    get body(): ReadableStream<Uint8Array> {
      return new Blob([bytes]).stream();
    },
  };
}

/** An answer of OpenAI's error shape for the caller. */
async function callersFault(response: Response, options: AnswerOptions): Promise<BackendResponse> {
  const { bytes, document } = await readErrorText(response, options);
  const headers = callerHeaders(response.headers);
  headers.set("content-type", "application/json");
  const status = response.status;
  if (asText(asObject(asObject(document)?.error)?.message, maxErrorBytes) !== undefined) {
    return wholeBody(bytes, { status, headers });
  }
  const error = {
    message: errorText(document) ?? `${options.id} refused the request (HTTP ${status})`,
    type: "invalid_request_error",
    param: null,
    code: null,
  };
  return wholeBody(new TextEncoder().encode(JSON.stringify({ error })), { status, headers });
}

function looksWhole(bytes: Uint8Array): boolean {
  if (bytes.length <= maxParsedBytes) return asObject(parseJson(bytes)) !== undefined;
  const ends = new TextDecoder();
  return ends.decode(bytes.subarray(0, 64)).trimStart().startsWith("{") &&
    ends.decode(bytes.subarray(-64)).trimEnd().endsWith("}");
}

/** The body of a 200 that is not streamed: whole and of its type, or an error. */
async function wholeAnswer(response: Response, options: AnswerOptions): Promise<BackendResponse> {
  const type = mediaType(response);
  const { operation } = options;
  const binary = operation === "audio/speech" &&
    (type.startsWith("audio/") || type === "application/octet-stream");
  const plain = operation === "audio/transcriptions" &&
    (type.startsWith("text/") && type !== "text/html" || type === "application/x-subrip");
  if (!isJson(type) && !binary && !plain) {
    await discard(response);
    throw invalid(options, `answered with ${describedType(type)} in place of JSON`, 200);
  }
  const bytes = await readBytes(response, {
    origin: originOf(options),
    url: options.url,
    maxBytes: options.maxBytes,
    signal: options.signal,
  });
  if (bytes.length === 0) throw invalid(options, "answered with an empty body", response.status);
  if (isJson(type) && !looksWhole(bytes)) {
    throw invalid(options, "answered with a body that is no whole JSON object", response.status);
  }
  return wholeBody(bytes, { status: response.status, headers: callerHeaders(response.headers) });
}

function describedType(type: string): string {
  return type === "" ? "a body of no content type" : type.slice(0, 100);
}

/** The body of a 200 that was asked to be streamed. */
async function streamedAnswer(
  response: Response,
  options: AnswerOptions,
): Promise<BackendResponse> {
  const type = mediaType(response);
  const isStream = type === "text/event-stream" ||
    (options.operation === "audio/speech" && type.startsWith("audio/"));
  if (isStream && response.body !== null) {
    return {
      status: response.status,
      headers: callerHeaders(response.headers),
      body: response.body,
    };
  }
  if (isJson(type)) {
    const { document } = await readErrorText(response, options);
    const text = errorText(document);
    if (text !== undefined) {
      throw new BackendError("backend_failed", `${options.id} failed: ${text}`, {
        origin: originOf(options),
        upstreamStatus: response.status,
      });
    }
  } else await discard(response);
  throw invalid(options, `answered with ${describedType(type)} in place of a stream`, 200);
}

/**
 * The answer as the caller may have it. Throws `BackendError` for everything that another
 * candidate might do better; see `Backend.send`.
 */
export async function checkAnswer(
  response: Response,
  options: AnswerOptions,
): Promise<BackendResponse> {
  const { status } = response;
  if (status >= 200 && status < 300) {
    return options.stream
      ? await streamedAnswer(response, options)
      : await wholeAnswer(response, options);
  }
  if (status >= 300 && status < 400) {
    await discard(response);
    throw new BackendError(
      "backend_invalid_response",
      `${options.id} answered with a redirect (HTTP ${status}), which is never followed`,
      {
        origin: originOf(options),
        upstreamStatus: status,
        hint: "Configure the address that it redirects to",
      },
    );
  }
  const found = verdict(status);
  if (found !== undefined) return await refuse(response, options, found);
  return await callersFault(response, options);
}
