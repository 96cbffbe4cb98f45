/**
 * Every path of our own in OpenAPI's words.
 *
 * @module
 */

import { errors, type Json, jsonAnswer, jsonBody, ref } from "./parts.ts";

const answerHeaders: Json = Object.fromEntries(
  ["Decision", "Model", "Backend", "Outcome", "Attempts"].map((name) => [
    `x-atmosphere-${name.toLowerCase()}`,
    { $ref: `#/components/headers/${name}` },
  ]),
);
const routingHeaders: readonly Json[] = ["Policy", "Preference", "Session"].map((name) => ({
  $ref: `#/components/parameters/${name}`,
}));
const modelErrors = [400, 401, 403, 404, 405, 413, 415, 429, 500, 502, 503, 504];
const readErrors = [400, 401, 403, 405, 500];
const message = { role: "user", content: "Write a haiku about the sea" };

function modelCall(
  operation: { id: string; summary: string; body: Json; answers: Json },
): Json {
  return {
    post: {
      operationId: operation.id,
      summary: operation.summary,
      tags: ["OpenAI"],
      parameters: routingHeaders,
      requestBody: operation.body,
      responses: { "200": operation.answers, ...errors("OpenAI", modelErrors) },
    },
  };
}

function streamable(schema: string): Json {
  return {
    description: "The backend's answer; a stream where one was asked for",
    headers: answerHeaders,
    content: {
      "application/json": { schema: ref(schema) },
      "text/event-stream": { schema: ref("EventStream") },
    },
  };
}

function read(
  operation: { id: string; summary: string; tag: string; answer: Json; more?: Json },
): Json {
  const { id, summary, tag, answer, more = {} } = operation;
  return { operationId: id, summary, tags: [tag], ...more, responses: answer };
}

/** Path items by path. */
export const ownPaths: Json = {
  "/v1/chat/completions": modelCall({
    id: "createChatCompletion",
    summary: "Answers a conversation by the model that is named, or the best one",
    body: jsonBody(ref("ChatRequest"), { model: "auto", messages: [message] }),
    answers: streamable("ChatAnswer"),
  }),
  "/v1/completions": modelCall({
    id: "createCompletion",
    summary: "Continues a text",
    body: jsonBody(ref("CompletionRequest"), { model: "auto", prompt: "Once upon a time" }),
    answers: streamable("CompletionAnswer"),
  }),
  "/v1/embeddings": modelCall({
    id: "createEmbeddings",
    summary: "Computes embeddings; the engine inside the node always can",
    body: jsonBody(ref("EmbeddingsRequest"), { input: ["a text", "another one"] }),
    answers: jsonAnswer("Vectors", ref("EmbeddingsAnswer"), answerHeaders),
  }),
  "/v1/models": {
    get: read({
      id: "listModels",
      summary: "Lists the models that a request can name",
      tag: "OpenAI",
      answer: {
        "200": jsonAnswer("Models", ref("ModelList")),
        ...errors("OpenAI", readErrors),
      },
    }),
  },
  "/v1/models/{id}": {
    get: read({
      id: "getModel",
      summary: "Looks up one model",
      tag: "OpenAI",
      more: {
        parameters: [{
          name: "id",
          in: "path",
          required: true,
          description: "A model's name; slashes and colons may stand as they are or encoded",
          schema: { type: "string" },
        }],
      },
      answer: {
        "200": jsonAnswer("The model", ref("Model")),
        ...errors("OpenAI", [...readErrors, 404]),
      },
    }),
  },
  "/atmosphere/v1/node": {
    get: read({
      id: "getNode",
      summary: "The node, its backends and counts",
      tag: "Node",
      answer: { "200": jsonAnswer("State", ref("NodeStatus")), ...errors("Problem", readErrors) },
    }),
  },
  "/atmosphere/v1/capabilities": {
    get: read({
      id: "listCapabilities",
      summary: "Everything that can be done, with its live state",
      tag: "Node",
      more: {
        parameters: [{
          name: "kind",
          in: "query",
          description: "Only this kind",
          schema: { type: "string" },
        }],
      },
      answer: {
        "200": jsonAnswer("Capabilities", ref("CapabilityList")),
        ...errors("Problem", readErrors),
      },
    }),
  },
  "/atmosphere/v1/route": {
    post: {
      operationId: "route",
      summary: "Says what the router would choose and why, without asking a model",
      tags: ["Node"],
      requestBody: jsonBody(ref("RouteQuery"), { intent: "write a haiku", explain: true }),
      responses: {
        "200": jsonAnswer("The decision; one that refuses is an answer, too", ref("Decision")),
        ...errors("Problem", [...readErrors, 413, 415]),
      },
    },
  },
  "/atmosphere/v1/refresh": {
    post: {
      operationId: "refresh",
      summary: "Looks for backends again, now",
      tags: ["Node"],
      security: [{ bearer: [] }, { apiKey: [] }],
      requestBody: jsonBody({ type: "object" }, {}),
      responses: {
        "200": jsonAnswer("Backends", ref("BackendList")),
        ...errors("Problem", [...readErrors, 413, 415]),
      },
    },
  },
  "/atmosphere/v1/events": {
    get: read({
      id: "streamEvents",
      summary: "What happens in the node, as it happens",
      tag: "Node",
      more: {
        parameters: [
          {
            name: "Last-Event-ID",
            in: "header",
            description: "Remembered events after this one come first",
            schema: { type: "integer" },
          },
          {
            name: "since",
            in: "query",
            description: "The same for a first connection; 0 means all that are remembered",
            schema: { type: "integer" },
          },
        ],
      },
      answer: {
        "200": {
          description: "Server-sent events without end; a comment every 15 seconds",
          content: { "text/event-stream": { schema: ref("EventRecord") } },
        },
        ...errors("Problem", readErrors),
      },
    }),
  },
  "/health": {
    get: {
      ...read({
        id: "getHealth",
        summary: "Whether the process answers",
        tag: "Upkeep",
        answer: { "200": jsonAnswer("It does", ref("Health")), ...errors("Problem", [400, 403]) },
      }),
      security: [],
    },
  },
  "/ready": {
    get: read({
      id: "getReadiness",
      summary: "Whether the first discovery is done",
      tag: "Upkeep",
      answer: {
        "200": jsonAnswer("Ready", ref("Readiness")),
        "503": jsonAnswer("Not yet", ref("Readiness")),
        ...errors("Problem", [400, 401, 403, 405]),
      },
    }),
  },
  "/openapi.json": {
    get: read({
      id: "getOpenApi",
      summary: "This document",
      tag: "Upkeep",
      answer: {
        "200": jsonAnswer("OpenAPI 3.1", { type: "object" }),
        ...errors("Problem", readErrors),
      },
    }),
  },
  "/": {
    get: read({
      id: "getPage",
      summary: "A page that shows the node as it is",
      tag: "Upkeep",
      answer: {
        "200": { description: "HTML", content: { "text/html": { schema: { type: "string" } } } },
        "304": { description: "The caller has it already" },
        ...errors("Problem", [400, 401, 403, 405]),
      },
    }),
  },
};
