/**
 * The way of a protocol request through routing, failover and backends. Implemented in `app/`.
 *
 * @module
 */

import type { BackendOperation } from "./backend.ts";
import type { ByteSource } from "./byte_stream.ts";
import type { Capability } from "./capability.ts";
import type { Decision } from "./decision.ts";
import type { RouteRequest } from "./intent.ts";

/** One request as the server hands it over. */
export interface GatewayRequest {
  /** What is asked for. */
  readonly operation: BackendOperation;
  /** What the router decides on. */
  readonly route: RouteRequest;
  /** OpenAI-shaped body as the caller sent it. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether a server-sent event stream is wanted. */
  readonly stream: boolean;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
}

/** One request answered. */
export interface GatewayResponse {
  /** HTTP status. */
  readonly status: number;
  /** The backend's headers that belong to the caller, by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Its first byte is there already: a failure before it went to the next candidate. */
  readonly body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null;
  /** The same bytes, where they are streamed. Whoever takes them must not touch `body`. */
  readonly source?: ByteSource;
  /** Who answers. */
  readonly capability: Capability;
  /** How the answerer was chosen. */
  readonly decision: Decision;
  /** Candidates that were tried, the one that answers included. */
  readonly attempts: number;
}

/** Routes a request and has it served. Throws `AtmosphereError` when nobody can. */
export interface Gateway {
  /** Routes the request and resolves when the first byte of the answer is there. */
  handle(request: GatewayRequest): Promise<GatewayResponse>;
}
