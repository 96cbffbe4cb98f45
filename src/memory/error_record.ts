/**
 * Errors on their way between threads.
 *
 * @module
 */

import {
  AtmosphereError,
  type AtmosphereErrorOptions,
  type ErrorCode,
  toAtmosphereError,
} from "../core/errors.ts";

/** What of an error crosses threads. */
export interface ErrorRecord extends Omit<AtmosphereErrorOptions, "cause" | "origin"> {
  readonly code: ErrorCode;
  readonly message: string;
  /** What led to it, as text for the log. */
  readonly causeText?: string;
}

/** Any thrown value as a record. */
export function toRecord(error: unknown): ErrorRecord {
  const known = toAtmosphereError(error);
  const cause = known.cause;
  return {
    code: known.code,
    message: known.message,
    ...(known.hint === undefined ? {} : { hint: known.hint }),
    ...(known.param === undefined ? {} : { param: known.param }),
    ...(known.details === undefined ? {} : { details: known.details }),
    ...(cause === undefined
      ? {}
      : { causeText: cause instanceof Error ? cause.stack ?? cause.message : String(cause) }),
  };
}

/** The error that a record was made of. */
export function toError(record: ErrorRecord): AtmosphereError {
  const { code, message, causeText, ...options } = record;
  return new AtmosphereError(code, message, {
    ...options,
    ...(causeText === undefined ? {} : { cause: new Error(causeText) }),
  });
}
