/**
 * `/atmosphere/v1/node`, `capabilities`, `route` and `refresh`.
 *
 * @module
 */

import { AtmosphereError, type CapabilityKind, type RouteQuery } from "../../core/mod.ts";
import { readJsonBody } from "../body.ts";
import type { DepartureWatch } from "../departure.ts";
import type { ServerDeps } from "../deps.ts";
import type { Endpoint } from "../endpoint.ts";
import {
  type Fields,
  optionalBoolean,
  optionalInteger,
  optionalObject,
  optionalString,
  wrongType,
} from "../fields.ts";
import { quote } from "../host_policy.ts";
import { defined, readPolicy, readPreference } from "../policy_extension.ts";

const fixedKinds: ReadonlySet<string> = new Set([
  "llm/chat",
  "llm/embed",
  "llm/rerank",
  "vision/analyze",
  "vision/generate",
  "audio/transcribe",
  "audio/generate",
  "memory/search",
  "code/search",
]);
const openKind = /^(?:tool|agent|sensor|iot)\/./;

/** State of the node, and the router's answers. */
export function nativeEndpoints(deps: ServerDeps, departures: DepartureWatch): Endpoint[] {
  const limits = { maxBytes: deps.settings.maxBodyBytes };
  return [
    {
      method: "GET",
      path: "/atmosphere/v1/node",
      access: "use",
      handle: async (exchange) => exchange.json(await deps.node.status()),
    },
    {
      method: "GET",
      path: "/atmosphere/v1/capabilities",
      access: "use",
      handle: async (exchange) => {
        const kind = readKind(exchange.query().get("kind") ?? undefined, "kind");
        const data = await deps.node.capabilities(kind === undefined ? {} : { kind });
        return exchange.json({ data });
      },
    },
    {
      method: "POST",
      path: "/atmosphere/v1/route",
      access: "use",
      handle: async (exchange) => {
        const { value } = await readJsonBody(exchange.request, limits);
        const query = readRouteQuery(value);
        const departure = departures.watch(exchange.request);
        try {
          return exchange.json(await deps.node.route(query, { signal: departure.signal }));
        } finally {
          departure.answered();
        }
      },
    },
    {
      method: "POST",
      path: "/atmosphere/v1/refresh",
      access: "change",
      handle: async (exchange) => {
        await readJsonBody(exchange.request, limits);
        return exchange.json({ data: await deps.node.refresh() });
      },
    },
  ];
}

function readKind(value: string | undefined, name: string): CapabilityKind | undefined {
  if (value === undefined) return undefined;
  if (fixedKinds.has(value) || openKind.test(value)) return value as CapabilityKind;
  throw new AtmosphereError("invalid_request", `No kind of capability is named ${quote(value)}`, {
    param: name,
    hint: `Kinds are ${[...fixedKinds].join(", ")}, tool/*, agent/*, sensor/*, iot/*`,
  });
}

function readRouteQuery(body: Fields): RouteQuery {
  if (typeof body.intent !== "string") throw wrongType("intent", "a text", body.intent);
  const required = optionalObject(body.required, "required") ?? {};
  return {
    intent: body.intent,
    ...defined<Omit<RouteQuery, "intent">>({
      kind: readKind(optionalString(body.kind, "kind"), "kind"),
      model: optionalString(body.model, "model"),
      required: body.required === undefined ? undefined : defined({
        tools: optionalBoolean(required.tools, "required.tools"),
        vision: optionalBoolean(required.vision, "required.vision"),
        audio: optionalBoolean(required.audio, "required.audio"),
        json: optionalBoolean(required.json, "required.json"),
        contextTokens: optionalInteger(required.contextTokens, "required.contextTokens", 0),
        dimensions: optionalInteger(required.dimensions, "required.dimensions"),
      }),
      policy: body.policy === undefined ? undefined : readPolicy(body.policy, "policy"),
      preference: readPreference(body.preference, "preference"),
      session: optionalString(body.session, "session"),
      explain: optionalBoolean(body.explain, "explain"),
    }),
  };
}
