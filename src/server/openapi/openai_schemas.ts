/**
 * Schemas of the OpenAI endpoints: what this node itself reads; everything else passes untouched.
 *
 * @module
 */

import { flag, type Json, list, object, ref, text } from "./parts.ts";

const model = text(
  "A model's name, `backend/model`, `node/model`, a route or an alias; `auto`, `atmosphere/auto` or absent: " +
    "chosen by meaning",
  { examples: ["auto", "llama3.2:3b"] },
);

/** Schemas by name. */
export const openaiSchemas: Json = {
  ChatRequest: object("An OpenAI chat completion request; unknown fields pass untouched", {
    model,
    messages: {
      ...list(ref("ChatMessage"), "The conversation so far"),
      minItems: 1,
    },
    stream: flag("Whether the answer comes as server-sent events"),
    tools: list({ type: "object" }, "Needs a model that can call tools"),
    response_format: object("`json_object` and `json_schema` need a model that can hold to it", {
      type: text("`text`, `json_object` or `json_schema`"),
    }, { open: true }),
    max_tokens: { type: ["integer", "null"], minimum: 0 },
    max_completion_tokens: { type: ["integer", "null"], minimum: 0 },
    temperature: { type: ["number", "null"], minimum: 0 },
    top_p: { type: ["number", "null"], minimum: 0 },
    n: { type: ["integer", "null"], minimum: 1 },
    user: { type: ["string", "null"], description: "Helps to keep a conversation on one model" },
    prompt_cache_key: { type: ["string", "null"], description: "Names the conversation" },
    atmosphere: ref("Extension"),
  }, { required: ["messages"], open: true }),
  ChatMessage: object("One turn", {
    role: text("`system`, `developer`, `user`, `assistant` or `tool`"),
    content: {
      oneOf: [{ type: "string" }, list(ref("ContentPart")), { type: "null" }],
      description: "A text, or parts; images and sound need a model that takes them",
    },
  }, { required: ["role"], open: true }),
  ContentPart: object("A part of a turn, such as a text or an image", {
    type: text("`text`, `image_url`, `input_audio`, …"),
  }, { required: ["type"], open: true }),
  ChatAnswer: object("An OpenAI chat completion, as the backend wrote it", {
    id: text("The backend's id of the answer"),
    object: { const: "chat.completion" },
    choices: list({ type: "object" }),
    usage: { type: "object" },
  }, { open: true }),
  EventStream: text(
    "`data: {…}` chunks up to `data: [DONE]`. A stream that is cut ends with " +
      '`data: {"error":{…}}` and without `[DONE]`',
  ),
  CompletionRequest: object("An OpenAI text completion request; unknown fields pass untouched", {
    model,
    prompt: { oneOf: [{ type: "string" }, { ...list({ type: "string" }), minItems: 1 }] },
    stream: flag("Whether the answer comes as server-sent events"),
    max_tokens: { type: ["integer", "null"], minimum: 0 },
    atmosphere: ref("Extension"),
  }, { required: ["prompt"], open: true }),
  CompletionAnswer: object("An OpenAI text completion, as the backend wrote it", {
    choices: list({ type: "object" }),
  }, { open: true }),
  EmbeddingsRequest: object("An OpenAI embeddings request", {
    model,
    input: {
      oneOf: [
        { type: "string", minLength: 1 },
        { ...list({ type: "string", minLength: 1 }), minItems: 1 },
        { ...list({ type: "integer", minimum: 0 }), minItems: 1 },
        { ...list(list({ type: "integer", minimum: 0 })), minItems: 1 },
      ],
      description: "Texts; token numbers only with a named model whose backend takes them",
    },
    encoding_format: { enum: ["float", "base64"], default: "float" },
    dimensions: { type: "integer", minimum: 1, description: "Length of the vectors" },
    atmosphere: ref("Extension"),
  }, { required: ["input"], open: true }),
  EmbeddingsAnswer: object("Vectors in the order of the texts", {
    object: { const: "list" },
    data: list(object("One vector", {
      object: { const: "embedding" },
      index: { type: "integer" },
      embedding: {
        oneOf: [list({ type: "number" }), { type: "string" }],
        description: "Numbers, or the base 64 of little-endian 32 bit floats",
      },
    })),
    model: text("The model that computed them"),
    usage: { type: "object" },
  }, { required: ["data"], open: true }),
  Model: object("A model that a request can name", {
    id: text("Its name"),
    object: { const: "model" },
    created: { const: 0, description: "Unknown" },
    owned_by: text("The backend that has it"),
    atmosphere: object("What this node knows of it", {
      kind: text("Kind of capability"),
      backends: list({ type: "string" }, "Every backend that has it"),
      features: ref("Features"),
      description: text("What it is good for"),
    }, { required: ["kind", "backends"] }),
  }, { required: ["id", "object", "created", "owned_by"] }),
  ModelList: object("Every model, one entry a name", {
    object: { const: "list" },
    data: list(ref("Model")),
  }, { required: ["object", "data"] }),
  Extension: {
    ...object("What a request says to the router; never sent to a backend", {
      policy: ref("Policy"),
      preference: ref("Preference"),
      session: text("Names the conversation, so that it stays with one model"),
    }),
    additionalProperties: false,
  },
  OpenAIError: object("An error in OpenAI's shape", {
    error: object("What went wrong", {
      message: text("For people"),
      type: text("OpenAI's class of the error"),
      code: ref("ErrorCode"),
      param: { type: ["string", "null"], description: "The field or header at fault" },
      origin: ref("Origin"),
      request_id: text("Finds the request in the node's log"),
      hint: text("What can be done about it"),
      details: { type: "object", description: "Facts, such as `suggestions`" },
    }, { required: ["message", "type", "code", "param", "origin", "request_id"] }),
  }, { required: ["error"] }),
};
