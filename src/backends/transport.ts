/**
 * HTTP to one backend: pooled connections, no redirects, no cookies, errors that say what failed.
 *
 * @module
 */

import { BackendError, type ErrorOrigin } from "../core/mod.ts";
import { unreachable } from "./transport_errors.ts";

/** One HTTP request. */
export interface TransportRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string | FormData;
  readonly signal: AbortSignal;
  /** Longest wait for the head, in milliseconds. */
  readonly headTimeoutMs?: number;
}

/** A pool of connections to one backend. */
export class Transport implements AsyncDisposable {
  readonly #origin: ErrorOrigin;
  #client: Deno.HttpClient | undefined;

  /** Makes a transport; it connects on first use. */
  constructor(origin: ErrorOrigin) {
    this.#origin = origin;
  }

  /**
   * Sends a request and resolves when the head of the answer is there, whatever its status.
   * Throws `backend_unreachable` or `backend_timeout`, or the signal's reason.
   */
  async send(request: TransportRequest): Promise<Response> {
    const { signal, headTimeoutMs } = request;
    signal.throwIfAborted();
    this.#client ??= Deno.createHttpClient({ poolIdleTimeout: 30_000, poolMaxIdlePerHost: 64 });
    const headTimeout = headTimeoutMs === undefined ? undefined : new AbortController();
    const timer = headTimeout === undefined
      ? undefined
      : setTimeout(() => headTimeout.abort(), headTimeoutMs);
    try {
      return await fetch(request.url, {
        method: request.method,
        headers: request.headers,
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: "manual",
        client: this.#client,
        signal: headTimeout === undefined ? signal : AbortSignal.any([signal, headTimeout.signal]),
      });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (headTimeout?.signal.aborted === true) {
        throw new BackendError(
          "backend_timeout",
          `${new URL(request.url).host} did not answer within ${headTimeoutMs} ms`,
          { origin: this.#origin, cause: error },
        );
      }
      throw unreachable(error, { origin: this.#origin, url: request.url });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes all connections. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#client?.close();
    this.#client = undefined;
    return Promise.resolve();
  }
}
