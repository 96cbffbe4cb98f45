/**
 * HTTP to one backend: pooled connections, no redirects, no cookies, errors that say what failed.
 *
 * @module
 */

import type { ErrorOrigin } from "../../core/mod.ts";
import type { HttpAnswer } from "./answer_source.ts";
import { FetchTransport } from "./fetch_transport.ts";
import { WireTransport } from "./wire_transport.ts";

/** One HTTP request. */
export interface TransportRequest {
  readonly method: "GET" | "POST";
  /** Path and query below the transport's base. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** Longest wait for the head, in milliseconds. @default none */
  readonly headTimeoutMs?: number;
}

/** Where a transport leads, and who is blamed for its errors. */
export interface TransportTarget {
  /** Scheme, host and port. Nothing is ever sent anywhere else. */
  readonly base: string;
  readonly origin: ErrorOrigin;
}

/** A pool of connections to one host and port. */
export interface Transport extends AsyncDisposable {
  /**
   * Sends a request and resolves when the head of the answer is there, whatever its status.
   * Throws `backend_unreachable`, `backend_timeout`, `backend_invalid_response` for what is no
   * HTTP, or the signal's reason.
   */
  send(request: TransportRequest): Promise<HttpAnswer>;
}

/** The transport for a base URL. It connects on first use. */
export function createTransport(target: TransportTarget): Transport {
  return target.base.startsWith("https:") ? new FetchTransport(target) : new WireTransport(target);
}
