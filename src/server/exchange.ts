/**
 * One request on its way through the server, with what every answer to it needs.
 *
 * @module
 */

import { createId } from "../core/mod.ts";

/** Shape of errors: OpenAI's, or problem documents for everything of our own. */
export type Protocol = "openai" | "native";

const callerId = /^[A-Za-z0-9._-]{1,64}$/;

/** A request that passed the guard. */
export class Exchange {
  /** The request as it came. */
  readonly request: Request;
  /** Its path as sent, without the query: never decoded, never normalised. */
  readonly path: string;
  /** Its query with the leading `?`, or an empty string. */
  readonly search: string;
  /** The `Origin` that may read the answer; undefined without one. */
  readonly origin: string | undefined;
  readonly #node: string | undefined;
  #id: string | undefined;

  /** Does no I/O. */
  constructor(
    request: Request,
    target: {
      path: string;
      search: string;
      origin: string | undefined;
      /** Peer id of this node; strangers are not told. */
      node: string | undefined;
    },
  ) {
    this.request = request;
    this.path = target.path;
    this.search = target.search;
    this.origin = target.origin;
    this.#node = target.node;
  }

  /** Shape of this request's errors. */
  get protocol(): Protocol {
    return this.path.startsWith("/v1/") ? "openai" : "native";
  }

  /** The caller's `x-request-id` where it is a plain one, else a new id; also names an incident. */
  get id(): string {
    if (this.#id === undefined) {
      const given = this.request.headers.get("x-request-id");
      this.#id = given !== null && callerId.test(given) ? given : createId("req");
    }
    return this.#id;
  }

  /** The query's parameters. */
  query(): URLSearchParams {
    return new URLSearchParams(this.search);
  }

  /**
   * The headers that every answer has. A plain object: adding to it costs least, and a finished
   * `Response` is never edited.
   */
  headers(contentType: string): Record<string, string> {
    const headers: Record<string, string> = {
      "content-type": contentType,
      "x-request-id": this.id,
      "x-content-type-options": "nosniff",
    };
    if (this.#node !== undefined) headers["x-atmosphere-node"] = this.#node;
    if (this.origin !== undefined) {
      headers["vary"] = "origin";
      headers["access-control-allow-origin"] = this.origin;
      headers["access-control-expose-headers"] = "*";
    } else {
      headers["cross-origin-resource-policy"] = "same-origin";
    }
    return headers;
  }

  /** A JSON answer. */
  json(value: unknown, options: { status?: number; headers?: Record<string, string> } = {}) {
    return new Response(JSON.stringify(value), {
      status: options.status ?? 200,
      headers: {
        ...this.headers("application/json"),
        "cache-control": "no-store",
        ...options.headers,
      },
    });
  }
}
