/**
 * Errors in the shape of the protocol that they answer.
 *
 * @module
 */

import { STATUS_TEXT } from "@std/http/status";
import {
  type AtmosphereError,
  type ErrorCode,
  isAbort,
  type Logger,
  toAtmosphereError,
} from "../core/mod.ts";
import type { Exchange, Protocol } from "./exchange.ts";

/** OpenAI's `type` by status; other 4xx are `invalid_request_error`, other 5xx `server_error`. */
const openaiTypes: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
};

/** Codes that a retry of the same request can't mend; OpenAI's clients read the header. */
const pointless: ReadonlySet<ErrorCode> = new Set(["no_capability", "backend_unauthorized"]);

/** An OpenAI error object. */
export interface OpenAIErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    readonly param: string | null;
    readonly origin: string;
    readonly request_id: string;
    readonly hint?: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

/** An RFC 9457 problem document. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly origin: string;
  readonly param?: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The error as OpenAI's clients expect it. */
export function openaiError(error: AtmosphereError, requestId: string): OpenAIErrorBody {
  return {
    error: {
      // Most clients show the message alone, and what to do about it is the better half.
      message: error.hint === undefined ? error.message : `${error.message}. ${error.hint}`,
      type: openaiTypes[error.status] ??
        (error.status < 500 ? "invalid_request_error" : "server_error"),
      code: error.code,
      param: error.param ?? null,
      origin: error.origin,
      request_id: requestId,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.details === undefined ? {} : { details: error.details }),
    },
  };
}

/** The error as a problem document. */
export function problem(error: AtmosphereError, requestId: string): ProblemBody {
  return {
    type: `urn:atmosphere:error:${error.code}`,
    title: STATUS_TEXT[error.status] ?? (error.status === 499 ? "Client Closed Request" : "Error"),
    status: error.status,
    detail: error.message,
    instance: `urn:atmosphere:request:${requestId}`,
    code: error.code,
    origin: error.origin,
    ...(error.param === undefined ? {} : { param: error.param }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

/** The body of an error by protocol. */
export function errorBody(
  error: AtmosphereError,
  how: { protocol: Protocol; requestId: string },
): OpenAIErrorBody | ProblemBody {
  return how.protocol === "openai"
    ? openaiError(error, how.requestId)
    : problem(error, how.requestId);
}

/**
 * Logs what only the log may know, and makes any thrown value one that can be shown.
 *
 * An unknown value becomes an opaque `internal`; the request id in answer and log joins the two.
 */
export function report(
  thrown: unknown,
  where: { requestId: string; path: string; logger: Logger },
): AtmosphereError {
  const error = toAtmosphereError(thrown);
  const facts = { requestId: where.requestId, path: where.path, code: error.code };
  if (error.code === "internal") {
    where.logger.error("Request failed inside this node", { ...facts, error: thrown });
  } else if (error.status >= 500) {
    where.logger.warn("Request failed", { ...facts, origin: error.origin, error });
  } else if (!isAbort(thrown)) {
    where.logger.debug("Request refused", { ...facts, message: error.message });
  }
  return error;
}

/** An error as an answer. */
export function errorResponse(
  thrown: unknown,
  how: { exchange: Exchange; logger: Logger; headers?: Record<string, string> },
): Response {
  const { exchange, logger } = how;
  const error = report(thrown, { requestId: exchange.id, path: exchange.path, logger });
  const { protocol, id: requestId } = exchange;
  const openai = protocol === "openai";
  const headers: Record<string, string> = {
    ...exchange.headers(openai ? "application/json" : "application/problem+json"),
    "cache-control": "no-store",
    ...how.headers,
  };
  if (error.decision !== undefined) headers["x-atmosphere-decision"] = error.decision;
  if (error.retryAfterSeconds !== undefined) {
    headers["retry-after"] = String(Math.ceil(error.retryAfterSeconds));
  }
  if (openai && pointless.has(error.code)) headers["x-should-retry"] = "false";
  if (error.code === "unauthorized") headers["www-authenticate"] = 'Bearer realm="atmosphere"';
  return new Response(JSON.stringify(errorBody(error, { protocol, requestId })), {
    status: error.status,
    headers,
  });
}
