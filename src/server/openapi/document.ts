/**
 * The OpenAPI 3.1 document of a node.
 *
 * @module
 */

import type { RouteGroup } from "../deps.ts";
import { nativeSchemas } from "./native_schemas.ts";
import { openaiSchemas } from "./openai_schemas.ts";
import { errorResponses, type Json, text } from "./parts.ts";
import { ownPaths } from "./paths.ts";

function header(description: string): Json {
  return { description, schema: { type: "string" } };
}

function routingHeader(name: string, description: string): Json {
  return { name, in: "header", description, schema: { type: "string" } };
}

/** Describes our own endpoints and those that `groups` bring along. */
export async function openapiDocument(
  options: { version: string; groups: readonly RouteGroup[] },
): Promise<Json> {
  const contributed = await Promise.all(
    options.groups.flatMap(({ openapi }) => openapi === undefined ? [] : openapi()),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Atmosphere",
      version: options.version,
      license: { name: "MIT", identifier: "MIT" },
      description:
        "One endpoint for every model, tool and memory that a person or a team owns. On a loopback bind, reading " +
        "and model calls need no credentials; on any other, everything but /health needs the node's token.",
    },
    servers: [{ url: "/", description: "This node" }],
    security: [{}, { bearer: [] }, { apiKey: [] }],
    tags: [
      { name: "OpenAI", description: "What OpenAI's clients speak" },
      { name: "Node", description: "The node and its router" },
      { name: "Upkeep", description: "Health, this document and the page" },
    ],
    paths: Object.assign({ ...ownPaths }, ...contributed.map(({ paths }) => paths)),
    components: {
      schemas: Object.assign(
        { ...openaiSchemas, ...nativeSchemas },
        ...contributed.map(({ schemas }) => schemas ?? {}),
      ),
      responses: errorResponses(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The node's token" },
        apiKey: { type: "apiKey", in: "header", name: "x-api-key", description: "The same" },
      },
      headers: {
        Decision: header("Id of the routing decision"),
        Model: header("Name of the model that answers; percent-encoded where it is not ASCII"),
        Backend: header("Id of the backend that answers"),
        Outcome: header("How it was chosen: explicit, route, meaning or affinity"),
        Attempts: header("Candidates that were tried"),
      },
      parameters: {
        Policy: routingHeader(
          "x-atmosphere-policy",
          "`local-only`, `mesh-only`, `require-tag=`, `exclude-tag=`, `backend=`, `region=`, `max-cost=`, " +
            "`max-latency=`, separated by commas; narrows `atmosphere.policy`",
        ),
        Preference: {
          name: "x-atmosphere-preference",
          in: "header",
          description: "Used where `atmosphere.preference` is absent",
          schema: { enum: ["cost", "balanced", "quality"] },
        },
        Session: {
          name: "x-atmosphere-session",
          in: "header",
          schema: text("Names the conversation, so that it stays with one model"),
        },
      },
    },
  };
}
