/**
 * Answers to `OPTIONS`: a browser asks before it lets a page of a permitted origin call this node.
 *
 * @module
 */

import type { Exchange } from "./exchange.ts";

/** Answers `OPTIONS` for a path that has `methods`. */
export function optionsResponse(exchange: Exchange, methods: readonly string[]): Response {
  const allow = [...methods, "OPTIONS"].join(", ");
  const headers: Record<string, string> = { "x-request-id": exchange.id, allow };
  const { headers: asked } = exchange.request;
  if (exchange.origin !== undefined && asked.has("access-control-request-method")) {
    headers["access-control-allow-origin"] = exchange.origin;
    headers["access-control-allow-methods"] = allow;
    headers["access-control-max-age"] = "600";
    headers["vary"] = "origin, access-control-request-headers";
    const wanted = asked.get("access-control-request-headers");
    if (wanted !== null) headers["access-control-allow-headers"] = wanted;
    if (asked.get("access-control-request-private-network") === "true") {
      headers["access-control-allow-private-network"] = "true";
    }
  }
  return new Response(null, { status: 204, headers });
}
