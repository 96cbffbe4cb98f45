/**
 * Answers that are no success: which of them belong to the caller, and which become an error that
 * lets another candidate try.
 *
 * @module
 */

import { BackendError, type BackendResponse, type ErrorCode, redact } from "../core/mod.ts";
import { type AnswerOptions, callerHeaders, wholeBody } from "./answer.ts";
import { asObject } from "./fields.ts";
import { type HttpAnswer, isJson, mediaType, parseJson } from "./http/answer_source.ts";

/** Most bytes of an error that are read. */
export const maxErrorBytes = 65_536;
const maxErrorLength = 500;
const longestRetrySeconds = 86_400;

interface Verdict {
  readonly code: ErrorCode;
  /** What the backend did, after its id. */
  readonly what: string;
  readonly hint?: string;
}

const verdicts: Readonly<Record<number, Verdict>> = {
  401: {
    code: "backend_unauthorized",
    what: "refused the credentials",
    hint: "Check the key of this backend in the configuration",
  },
  402: {
    code: "backend_unauthorized",
    what: "asks for payment",
    hint: "The account behind this backend's key has no credit left",
  },
  403: {
    code: "backend_unauthorized",
    what: "refused access",
    hint: "Check what the key of this backend may do",
  },
  404: {
    code: "model_not_found",
    what: "does not have this model or path",
    hint: "Its list of models may have changed since it was read",
  },
  408: { code: "backend_timeout", what: "gave up waiting" },
  429: { code: "rate_limited", what: "takes no more requests for now" },
};

/** What a status means for failover; undefined for one that belongs to the caller. */
function verdictOn(status: number): Verdict | undefined {
  const known = verdicts[status];
  if (known !== undefined) return known;
  if (status >= 500) return { code: "backend_failed", what: "failed" };
  if (status >= 400) return undefined;
  return {
    code: "backend_invalid_response",
    what: "answered with a redirect, which is never followed",
    hint: "Configure the address that it redirects to",
  };
}

/**
 * Seconds of `Retry-After`, whichever of its two forms it has; undefined where it has none.
 * `now` is in milliseconds since the epoch.
 */
export function retryAfterSeconds(
  headers: ReadonlyMap<string, string>,
  now: number = Date.now(),
): number | undefined {
  const value = headers.get("retry-after") ?? "";
  const seconds = /^\d{1,6}(\.\d+)?$/.test(value)
    ? Number(value)
    : /^[A-Z][a-z]{2,8}, /.test(value)
    ? (Date.parse(value) - now) / 1_000
    : Number.NaN;
  return Number.isFinite(seconds)
    ? Math.min(Math.max(Math.ceil(seconds), 0), longestRetrySeconds)
    : undefined;
}

/** What an error document says, in whatever of the usual shapes; bounded, without secrets. */
export function errorText(document: unknown): string | undefined {
  const object = asObject(document);
  const candidates = [
    asObject(object?.error)?.message,
    object?.error,
    object?.message,
    object?.detail,
    asObject(object?.detail)?.message,
  ];
  for (const candidate of candidates) {
    if (typeof candidate !== "string") continue;
    // deno-lint-ignore no-control-regex
    const text = candidate.replace(/[\u0000-\u001f\u007f]+/g, " ").trim();
    if (text !== "") return redact(text.slice(0, maxErrorLength));
  }
  return undefined;
}

/** The body of an error, as far as it can be read. Throws the signal's reason only. */
async function readError(
  answer: HttpAnswer,
): Promise<{ text: string; document: unknown }> {
  try {
    const bytes = await answer.bytes(maxErrorBytes);
    return {
      text: new TextDecoder().decode(bytes),
      document: isJson(mediaType(answer)) ? parseJson(bytes) : undefined,
    };
  } catch (error) {
    // The status alone tells enough.
    if (!(error instanceof BackendError)) throw error;
    return { text: "", document: undefined };
  }
}

/** An error document of OpenAI's shape for the caller. */
async function callersFault(answer: HttpAnswer, options: AnswerOptions): Promise<BackendResponse> {
  const { text, document } = await readError(answer);
  const headers = callerHeaders(answer.headers);
  headers.set("content-type", "application/json");
  const isOpenAis = typeof asObject(asObject(document)?.error)?.message === "string";
  const body = isOpenAis ? text : JSON.stringify({
    error: {
      message: errorText(document) ?? `${options.id} refused the request (HTTP ${answer.status})`,
      type: "invalid_request_error",
      param: null,
      code: null,
    },
  });
  return wholeBody(new TextEncoder().encode(options.conceal(body)), {
    status: answer.status,
    headers,
  });
}

/**
 * The answer to a status that is no success: a 4xx that belongs to the caller, in OpenAI's shape.
 * Throws `BackendError` for every other.
 */
export async function refusal(
  answer: HttpAnswer,
  options: AnswerOptions,
): Promise<BackendResponse> {
  const { status } = answer;
  const found = verdictOn(status);
  if (found === undefined) return await callersFault(answer, options);
  const told = errorText((await readError(answer)).document);
  const said = told === undefined ? "" : `: ${options.conceal(told)}`;
  const seconds = retryAfterSeconds(answer.headers);
  throw new BackendError(
    found.code,
    `${options.id} ${found.what} (HTTP ${status})${said}`,
    {
      origin: `backend:${options.id}`,
      upstreamStatus: status,
      ...(found.hint === undefined ? {} : { hint: found.hint }),
      ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    },
  );
}
