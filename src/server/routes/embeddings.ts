/**
 * `/v1/embeddings`.
 *
 * @module
 */

import { answerRequest } from "../answer.ts";
import { readJsonBody } from "../body.ts";
import type { DepartureWatch } from "../departure.ts";
import type { ServerDeps } from "../deps.ts";
import { parseEmbeddings } from "../embeddings_request.ts";
import { reshapeEmbeddings } from "../embedding_format.ts";
import type { Endpoint } from "../endpoint.ts";

/** Embeddings. */
export function embeddingsEndpoints(deps: ServerDeps, departures: DepartureWatch): Endpoint[] {
  const limits = { maxBytes: deps.settings.maxBodyBytes };
  return [{
    method: "POST",
    path: "/v1/embeddings",
    access: "use",
    handle: async (exchange) => {
      const json = await readJsonBody(exchange.request, limits);
      const parsed = parseEmbeddings(json, exchange.request.headers);
      return await answerRequest(exchange, {
        deps,
        departures,
        operation: "embeddings",
        parsed,
        reshape: (answer) => reshapeEmbeddings(answer, parsed.encoding),
      });
    },
  }];
}
