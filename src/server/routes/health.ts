/**
 * `/health` and `/ready`.
 *
 * @module
 */

import type { ServerDeps } from "../deps.ts";
import type { Endpoint } from "../endpoint.ts";

/** Liveness, open to everybody, and readiness. */
export function healthEndpoints(deps: ServerDeps): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/health",
      access: "open",
      handle: (exchange) => exchange.json({ status: "ok", version: deps.version }),
    },
    {
      method: "GET",
      path: "/ready",
      access: "use",
      handle: (exchange) =>
        deps.ready()
          ? exchange.json({ status: "ready" })
          : exchange.json({ status: "starting" }, { status: 503, headers: { "retry-after": "1" } }),
    },
  ];
}
