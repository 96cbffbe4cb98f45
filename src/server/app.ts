/**
 * The HTTP interface of a node as one function from request to response.
 *
 * @module
 */

import { Hono } from "hono";
import { TrieRouter } from "hono/router/trie-router";
import { AtmosphereError } from "../core/mod.ts";
import { DepartureWatch } from "./departure.ts";
import type { ServerDeps } from "./deps.ts";
import type { Endpoint } from "./endpoint.ts";
import { errorResponse } from "./error_response.ts";
import { Exchange } from "./exchange.ts";
import { Guard, isSafeMethod } from "./guard.ts";
import { quote } from "./host_policy.ts";
import { optionsResponse } from "./preflight.ts";
import { assetResponse } from "./routes/assets.ts";
import { chatEndpoints } from "./routes/chat.ts";
import { embeddingsEndpoints } from "./routes/embeddings.ts";
import { eventEndpoints } from "./routes/events.ts";
import { healthEndpoints } from "./routes/health.ts";
import { modelEndpoints } from "./routes/models.ts";
import { nativeEndpoints } from "./routes/native.ts";
import { openapiEndpoints } from "./routes/openapi.ts";
import type { Access } from "./token_check.ts";

/** The HTTP interface, to be handed to `Deno.serve`. */
export interface App {
  /** Answers a request as it came from the socket; it needs its `Host` header. Never rejects. */
  fetch(request: Request, info?: Deno.ServeHandlerInfo): Response | Promise<Response>;
}

interface Env {
  Bindings: { readonly exchange: Exchange };
}

/** Every endpoint of our own, by route group. */
export function ownEndpoints(deps: ServerDeps): Endpoint[] {
  const departures = new DepartureWatch(deps.deadlines);
  return [
    ...chatEndpoints(deps, departures),
    ...embeddingsEndpoints(deps, departures),
    ...modelEndpoints(deps),
    ...nativeEndpoints(deps, departures),
    ...eventEndpoints(deps),
    ...healthEndpoints(deps),
    ...openapiEndpoints(deps),
  ];
}

/** Puts the guard, the endpoints and the groups that other rooms bring along together. */
export function createApp(deps: ServerDeps): App {
  const server = new Server(deps);
  return { fetch: (request) => server.fetch(request) };
}

class Server {
  readonly #deps: ServerDeps;
  readonly #guard: Guard;
  /** Endpoints of fixed paths by `METHOD path`: model calls take this shortest way. */
  readonly #exact = new Map<string, Endpoint>();
  /** Everything else. */
  readonly #router = new Hono<Env>();
  /** The methods of each path, for 405 and `OPTIONS`. */
  readonly #methods = new TrieRouter<string>();

  constructor(deps: ServerDeps) {
    this.#deps = deps;
    this.#guard = new Guard(deps);
    for (const endpoint of ownEndpoints(deps)) {
      this.#methods.add("ALL", endpoint.path, endpoint.method);
      if (!endpoint.path.endsWith("*")) {
        this.#exact.set(`${endpoint.method} ${endpoint.path}`, endpoint);
      } else {
        this.#router.on(endpoint.method, endpoint.path, (c) => {
          this.#guard.authorize(c.env.exchange, endpoint.access);
          return endpoint.handle(c.env.exchange);
        });
      }
    }
    for (const group of deps.groups ?? []) {
      for (const { method, path } of group.app.routes) {
        if (method !== "ALL") this.#methods.add("ALL", joinPath(group.prefix, path), method);
      }
      this.#router.route(group.prefix, group.app as unknown as Hono<Env>);
    }
    this.#router.notFound((c) => this.#unrouted(c.env.exchange));
    this.#router.onError((error, c) => this.#fail(error, c.env.exchange));
  }

  async fetch(request: Request): Promise<Response> {
    let exchange: Exchange;
    try {
      exchange = this.#guard.admit(request);
    } catch (error) {
      return this.#fail(error, unadmitted(request));
    }
    try {
      const endpoint = this.#exact.get(`${request.method} ${exchange.path}`);
      if (endpoint !== undefined) {
        this.#guard.authorize(exchange, endpoint.access);
        return await endpoint.handle(exchange);
      }
      return await this.#routed(exchange);
    } catch (error) {
      return this.#fail(error, exchange);
    }
  }

  async #routed(exchange: Exchange): Promise<Response> {
    const { method } = exchange.request;
    // A preflight can't carry a token; it tells methods only.
    if (method === "OPTIONS") return optionsResponse(exchange, this.#allowed(exchange.path));
    if (method === "HEAD") {
      const exact = this.#exact.get(`GET ${exchange.path}`);
      if (exact !== undefined) {
        this.#guard.authorize(exchange, exact.access);
        return await withoutBody(await exact.handle(exchange));
      }
    }
    this.#guard.authorize(exchange, this.#groupAccess(exchange));
    return await this.#router.fetch(exchange.request, { exchange });
  }

  /** What reads is open on loopback; what else another room serves changes the node. */
  #groupAccess({ request, path }: Exchange): Access {
    if (isSafeMethod(request.method)) return "use";
    const group = this.#deps.groups?.find(({ prefix }) => isBelow(path, prefix));
    if (group === undefined) return "use";
    return group.reading?.some((template) => isOf(path, template)) ? "use" : "change";
  }

  #unrouted(exchange: Exchange): Response {
    const { path, request } = exchange;
    if (request.method === "GET" || request.method === "HEAD") {
      const asset = this.#deps.assets(path);
      if (asset !== undefined) return assetResponse(exchange, asset);
    }
    const allowed = this.#allowed(path);
    if (allowed.length === 0) {
      throw new AtmosphereError("not_found", `Nothing is at ${quote(path)}`, {
        hint: "GET /openapi.json describes what there is",
      });
    }
    const error = new AtmosphereError(
      "method_not_allowed",
      `${path} does not take ${quote(request.method)}`,
      { hint: `It takes ${allowed.join(", ")}` },
    );
    return this.#fail(error, exchange, { allow: [...allowed, "OPTIONS"].join(", ") });
  }

  #allowed(path: string): string[] {
    const methods = new Set<string>();
    const [matches] = this.#methods.match("ALL", path);
    for (const [method] of matches) {
      methods.add(method);
      if (method === "GET") methods.add("HEAD");
    }
    if (this.#deps.assets(path) !== undefined) methods.add("GET").add("HEAD");
    return [...methods];
  }

  #fail(error: unknown, exchange: Exchange, headers: Record<string, string> = {}): Response {
    return errorResponse(error, { exchange, logger: this.#deps.logger, headers });
  }
}

/** A request that was refused at the door: its path only chooses the shape of the error. */
function unadmitted(request: Request): Exchange {
  const path = /^[a-z+]+:\/\/[^/]*(\/v1\/)?/i.exec(request.url)?.[1] ?? "/";
  return new Exchange(request, { path, search: "", origin: undefined, node: undefined });
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** Whether `path` is one of `template`, whose `{names}` stand for one segment each. */
function isOf(path: string, template: string): boolean {
  const wanted = template.split("/");
  const given = path.split("/");
  return wanted.length === given.length &&
    wanted.every((part, i) => part === given[i] || (part.startsWith("{") && given[i] !== ""));
}

function joinPath(prefix: string, path: string): string {
  return path === "/" ? prefix : prefix + path;
}
