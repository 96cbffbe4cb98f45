/**
 * `/openapi.json`.
 *
 * @module
 */

import type { ServerDeps } from "../deps.ts";
import type { Endpoint } from "../endpoint.ts";

/** The description of every endpoint; it is made when it is first asked for. */
export function openapiEndpoints(deps: ServerDeps): Endpoint[] {
  let document: Promise<string> | undefined;
  return [{
    method: "GET",
    path: "/openapi.json",
    access: "use",
    handle: async (exchange) => {
      document ??= describe(deps);
      return new Response(await document, {
        headers: { ...exchange.headers("application/json"), "cache-control": "no-cache" },
      });
    },
  }];
}

async function describe({ version, groups = [] }: ServerDeps): Promise<string> {
  const { openapiDocument } = await import("../openapi/document.ts");
  return JSON.stringify(await openapiDocument({ version, groups }));
}
