/**
 * `/v1/chat/completions` and `/v1/completions`.
 *
 * @module
 */

import { answerRequest } from "../answer.ts";
import { readJsonBody } from "../body.ts";
import { parseChat, parseCompletion } from "../chat_request.ts";
import type { DepartureWatch } from "../departure.ts";
import type { ServerDeps } from "../deps.ts";
import type { Endpoint } from "../endpoint.ts";

/** Chat and text completions. */
export function chatEndpoints(deps: ServerDeps, departures: DepartureWatch): Endpoint[] {
  const limits = { maxBytes: deps.settings.maxBodyBytes };
  return [
    {
      method: "POST",
      path: "/v1/chat/completions",
      access: "use",
      handle: async (exchange) => {
        const json = await readJsonBody(exchange.request, limits);
        const parsed = parseChat(json, exchange.request.headers);
        return await answerRequest(exchange, {
          deps,
          departures,
          operation: "chat/completions",
          parsed,
        });
      },
    },
    {
      method: "POST",
      path: "/v1/completions",
      access: "use",
      handle: async (exchange) => {
        const json = await readJsonBody(exchange.request, limits);
        const parsed = parseCompletion(json, exchange.request.headers);
        return await answerRequest(exchange, {
          deps,
          departures,
          operation: "completions",
          parsed,
        });
      },
    },
  ];
}
