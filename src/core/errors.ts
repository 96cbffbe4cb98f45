/**
 * The error base of every room, and the tables that give an error its HTTP status and exit code.
 *
 * @module
 */

/** Who produced an error: this node, a peer by name, or a backend by its id. */
export type ErrorOrigin = "node" | `peer:${string}` | `backend:${string}`;

/** What an error code means outside the process. */
interface CodeTraits {
  /** HTTP status that the error becomes. */
  readonly status: number;
  /** Process exit code that the error becomes (see PRODUCT's table in `docs/cli.md`). */
  readonly exit: 1 | 2 | 3 | 4 | 5 | 130;
}

/** One table for both: HTTP status and exit code by error code. */
export const errorCodes = {
  /** The request, flag or argument is not of the form that is expected. */
  invalid_request: { status: 400, exit: 2 },
  /** The body is not JSON. */
  invalid_json: { status: 400, exit: 2 },
  /** The request does not fit the context of any capability that could serve it. */
  context_too_long: { status: 400, exit: 1 },
  unauthorized: { status: 401, exit: 4 },
  forbidden: { status: 403, exit: 4 },
  /** `Host` names a host that this node does not answer for (DNS rebinding). */
  host_not_allowed: { status: 403, exit: 4 },
  /** `Origin` names a page that may not call this node. */
  origin_not_allowed: { status: 403, exit: 4 },
  not_found: { status: 404, exit: 3 },
  /** No capability, route or alias has this name. */
  model_not_found: { status: 404, exit: 3 },
  method_not_allowed: { status: 405, exit: 2 },
  conflict: { status: 409, exit: 1 },
  payload_too_large: { status: 413, exit: 2 },
  unsupported_media_type: { status: 415, exit: 2 },
  rate_limited: { status: 429, exit: 1 },
  /** The caller went away; nobody reads the answer. */
  cancelled: { status: 499, exit: 130 },
  internal: { status: 500, exit: 1 },
  /** The backend could not be reached: refused, reset, name not resolved. */
  backend_unreachable: { status: 502, exit: 1 },
  /** The backend answered with a failure of its own (5xx). */
  backend_failed: { status: 502, exit: 1 },
  /** The backend answered what its protocol does not allow: HTML, half a JSON, a redirect. */
  backend_invalid_response: { status: 502, exit: 1 },
  /** The backend refused the credentials that this node holds for it. */
  backend_unauthorized: { status: 502, exit: 1 },
  /** No capability can serve what was asked. */
  no_capability: { status: 503, exit: 5 },
  /** The embedding engine is missing or failed. */
  embedder_failed: { status: 503, exit: 1 },
  /** The node is shutting down. */
  shutting_down: { status: 503, exit: 1 },
  /** No node runs where one is needed. */
  node_not_running: { status: 503, exit: 1 },
  /** The backend stayed silent for longer than allowed. */
  backend_timeout: { status: 504, exit: 1 },
  /** The configuration has mistakes; `details` lists them. */
  config_invalid: { status: 500, exit: 2 },
  identity_broken: { status: 500, exit: 1 },
  data_dir_unusable: { status: 500, exit: 1 },
  port_in_use: { status: 500, exit: 1 },
  /** The database is locked, corrupt, full or of a newer version. */
  database_failed: { status: 500, exit: 1 },
  insufficient_storage: { status: 507, exit: 1 },
  /** A new version of the program could not be had, checked or put in place. */
  update_failed: { status: 500, exit: 1 },
} as const satisfies Record<string, CodeTraits>;

/** The literal code of an {@linkcode AtmosphereError}. */
export type ErrorCode = keyof typeof errorCodes;

/** Options of {@linkcode AtmosphereError}. */
export interface AtmosphereErrorOptions {
  /** Who produced the error. @default "node" */
  readonly origin?: ErrorOrigin;
  /** What led to it; kept for the log, never sent to a caller. */
  readonly cause?: unknown;
  /** The request parameter or configuration path at fault. */
  readonly param?: string;
  /** What the user can do about it, as one sentence. */
  readonly hint?: string;
  /** Seconds after which a retry makes sense (`Retry-After`). */
  readonly retryAfterSeconds?: number;
  /** Structured facts that may be shown to the caller. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An error that may be shown to the user: its message states the action and the current value.
 *
 * @example
 * ```ts
 * import { AtmosphereError } from "@atmosphere/cli/mod";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new AtmosphereError("model_not_found", 'No capability is named "lama3"');
 * assertEquals(error.status, 404);
 * ```
 */
export class AtmosphereError extends Error {
  /** Name of the class. */
  override readonly name: string = "AtmosphereError";
  /** Stable, machine-readable code. */
  readonly code: ErrorCode;
  /** Who produced the error. */
  readonly origin: ErrorOrigin;
  /** The request parameter or configuration path at fault. */
  readonly param: string | undefined;
  /** What the user can do about it. */
  readonly hint: string | undefined;
  /** Seconds after which a retry makes sense. */
  readonly retryAfterSeconds: number | undefined;
  /** Structured facts that may be shown to the caller. */
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** Id of the router's decision that led to it; set by whoever made the decision. */
  decision: string | undefined;

  /** Makes an error of `code` whose `message` is safe to show. */
  constructor(code: ErrorCode, message: string, options: AtmosphereErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.origin = options.origin ?? "node";
    this.param = options.param;
    this.hint = options.hint;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.details;
  }

  /** HTTP status for this error. */
  get status(): number {
    return errorCodes[this.code].status;
  }

  /** Process exit code for this error. */
  get exitCode(): number {
    return errorCodes[this.code].exit;
  }
}

/** A failure of a backend: transport, status or content. Subclass so that failover can tell it apart. */
export class BackendError extends AtmosphereError {
  /** Name of the class. */
  override readonly name = "BackendError";
  /** Whether another candidate may serve the same request (nothing of the answer was sent yet). */
  readonly retryable: boolean;
  /** HTTP status that the backend answered with, where it answered. */
  readonly upstreamStatus: number | undefined;

  /** Makes a backend's error; `options.origin` names the backend. */
  constructor(
    code: ErrorCode,
    message: string,
    options: AtmosphereErrorOptions & {
      readonly origin: ErrorOrigin;
      /** @default true */
      readonly retryable?: boolean;
      readonly upstreamStatus?: number;
    },
  ) {
    super(code, message, options);
    this.retryable = options.retryable ?? true;
    this.upstreamStatus = options.upstreamStatus;
  }
}

/** Whether `value` is the reason of an aborted signal (`AbortError` or the signal's own reason). */
export function isAbort(value: unknown, signal?: AbortSignal): boolean {
  if (signal?.aborted === true && value === signal.reason) return true;
  return value instanceof DOMException && value.name === "AbortError";
}

/** Any thrown value as an {@linkcode AtmosphereError}; what is unknown becomes an opaque `internal`. */
export function toAtmosphereError(value: unknown): AtmosphereError {
  if (value instanceof AtmosphereError) return value;
  if (isAbort(value)) {
    return new AtmosphereError("cancelled", "The request was cancelled", { cause: value });
  }
  return new AtmosphereError("internal", "Something went wrong inside this node", {
    cause: value,
    hint: "The log has the details",
  });
}
