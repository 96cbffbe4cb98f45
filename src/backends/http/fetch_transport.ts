/**
 * HTTP by the runtime's `fetch`, for https: it brings TLS, HTTP/2 and the proxies of the
 * environment.
 *
 * @module
 */

import type { ByteSource } from "../../core/mod.ts";
import type { HttpAnswer } from "./answer_source.ts";
import { concatenated } from "./pieces.ts";
import type { Transport, TransportRequest, TransportTarget } from "./transport.ts";
import { silentFor, tooLong, unreachable } from "./transport_errors.ts";

/** A pool of connections that `fetch` uses for one backend. */
export class FetchTransport implements Transport {
  readonly #target: TransportTarget;
  #client: Deno.HttpClient | undefined;

  /** Makes a transport; it connects on first use. */
  constructor(target: TransportTarget) {
    this.#target = target;
  }

  async send(request: TransportRequest): Promise<HttpAnswer> {
    const { signal, headTimeoutMs } = request;
    signal.throwIfAborted();
    this.#client ??= Deno.createHttpClient({ poolIdleTimeout: 60_000, poolMaxIdlePerHost: 64 });
    const expiry = new AbortController();
    const timer = headTimeoutMs === undefined
      ? undefined
      : setTimeout(() => expiry.abort(), headTimeoutMs);
    const ended = timer === undefined ? signal : AbortSignal.any([signal, expiry.signal]);
    try {
      const response = await fetch(this.#target.base + request.path, {
        method: request.method,
        headers: request.headers,
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: "manual",
        client: this.#client,
        signal: ended,
      });
      return new FetchAnswer(response, { signal, target: this.#target });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (expiry.signal.aborted) throw silentFor(headTimeoutMs ?? 0, this.#target);
      throw unreachable(error, this.#target);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#client?.close();
    this.#client = undefined;
    return Promise.resolve();
  }
}

class FetchAnswer implements HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #response: Response;
  readonly #signal: AbortSignal;
  readonly #target: TransportTarget;

  constructor(response: Response, parts: { signal: AbortSignal; target: TransportTarget }) {
    this.status = response.status;
    this.headers = new Map(response.headers);
    this.#response = response;
    this.#signal = parts.signal;
    this.#target = parts.target;
  }

  async bytes(maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    if (Number(this.headers.get("content-length") ?? 0) > maxBytes) {
      await this.discard();
      throw tooLong(maxBytes, this.#target);
    }
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    const source = this.source();
    for (let piece = await source.read(); piece !== undefined; piece = await source.read()) {
      length += piece.length;
      if (length > maxBytes) {
        await source.cancel(undefined);
        throw tooLong(maxBytes, this.#target);
      }
      pieces.push(piece as Uint8Array<ArrayBuffer>);
    }
    return concatenated(pieces, length);
  }

  source(): ByteSource {
    const reader = this.#response.body?.getReader();
    const failure = (error: unknown) =>
      this.#signal.aborted ? this.#signal.reason : unreachable(error, this.#target);
    return {
      read: async () => {
        try {
          return (await reader?.read())?.value;
        } catch (error) {
          throw failure(error);
        }
      },
      cancel: async (reason) => await reader?.cancel(reason),
    };
  }

  async discard(): Promise<void> {
    try {
      await this.#response.body?.cancel();
    } catch {
      // It is broken already.
    }
  }
}
