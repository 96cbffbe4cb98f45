/**
 * `/openapi.json`.
 *
 * @module
 */

import type { ServerDeps } from "../deps.ts";
import type { Endpoint } from "../endpoint.ts";
import { openapiDocument } from "../openapi/document.ts";

/** The description of every endpoint; it is made when it is first asked for. */
export function openapiEndpoints(deps: ServerDeps): Endpoint[] {
  let document: string | undefined;
  return [{
    method: "GET",
    path: "/openapi.json",
    access: "use",
    handle: (exchange) => {
      document ??= JSON.stringify(
        openapiDocument({ version: deps.version, groups: deps.groups ?? [] }),
      );
      return new Response(document, {
        headers: { ...exchange.headers("application/json"), "cache-control": "no-cache" },
      });
    },
  }];
}
