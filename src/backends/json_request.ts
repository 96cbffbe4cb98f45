/**
 * Small JSON requests: probes and listings.
 *
 * @module
 */

import { BackendError } from "../core/mod.ts";
import type { JsonRequestOptions } from "./engine.ts";
import { type HttpAnswer, isJson, mediaType, parseJson } from "./http/answer_source.ts";
import type { Transport } from "./http/transport.ts";
import { refusal } from "./refusal.ts";

const defaultMaxBytes = 16 * 1_024 * 1_024;

/** Who asks whom. */
export interface JsonRequestParts {
  /** Id of the backend, for messages. */
  readonly id: string;
  /** Scheme, host and port that every URL must have. */
  readonly base: string;
  readonly transport: Transport;
  readonly headers: Readonly<Record<string, string>>;
  /** Longest wait for the whole answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Takes this backend's own credentials out of a text. */
  readonly conceal: (text: string) => string;
  /** Sees the head before anything is made of it. */
  readonly onHead?: (answer: HttpAnswer) => void;
}

/** The path of a URL below `base`. Throws for a URL of another host: credentials would go there. */
export function pathBelow(base: string, url: string): string {
  if (!url.startsWith(`${base}/`)) throw new TypeError(`A request to ${base} would leave it`);
  return url.slice(base.length);
}

function notJson(answer: HttpAnswer, what: string, parts: JsonRequestParts): BackendError {
  return new BackendError(
    "backend_invalid_response",
    `${parts.base} answered with ${what.slice(0, 100)} where JSON was expected`,
    {
      origin: `backend:${parts.id}`,
      upstreamStatus: answer.status,
      hint: "Check that the address belongs to this engine",
    },
  );
}

async function readDocument(
  answer: HttpAnswer,
  parts: JsonRequestParts,
  maxBytes: number,
): Promise<unknown> {
  const { status } = answer;
  if (status !== 200) {
    const response = await refusal(answer, {
      id: parts.id,
      operation: "chat/completions",
      stream: false,
      maxBytes,
      conceal: parts.conceal,
    });
    throw notJson(answer, `HTTP ${response.status}`, parts);
  }
  if (!isJson(mediaType(answer))) {
    await answer.discard();
    throw notJson(answer, mediaType(answer) || "a body of no content type", parts);
  }
  const document = parseJson(await answer.bytes(maxBytes));
  if (document === undefined) throw notJson(answer, "a body that is no whole JSON", parts);
  return document;
}

/** The JSON document at a URL. Throws `BackendError` for everything else, or the signal's reason. */
export async function requestJson(
  url: string,
  options: JsonRequestOptions,
  parts: JsonRequestParts,
): Promise<unknown> {
  const { signal, body, maxBytes = defaultMaxBytes } = options;
  const expiry = new AbortController();
  const timer = setTimeout(() => expiry.abort(), parts.timeoutMs);
  try {
    const answer = await parts.transport.send({
      method: body === undefined ? "GET" : "POST",
      path: pathBelow(parts.base, url),
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...parts.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, expiry.signal]),
    });
    parts.onHead?.(answer);
    return await readDocument(answer, parts, maxBytes);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!expiry.signal.aborted) throw error;
    throw new BackendError(
      "backend_timeout",
      `${parts.base} did not answer within ${parts.timeoutMs} ms`,
      { origin: `backend:${parts.id}` },
    );
  } finally {
    clearTimeout(timer);
  }
}
