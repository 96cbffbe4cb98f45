/**
 * The recurring parts of an OpenAPI document.
 *
 * @module
 */

/** A JSON object of the document. */
export type Json = Readonly<Record<string, unknown>>;

/** A reference to a schema of the document. */
export function ref(schema: string): Json {
  return { $ref: `#/components/schemas/${schema}` };
}

/** An object schema; `required` names the fields that are always there. */
export function object(
  description: string,
  properties: Json,
  options: { required?: readonly string[]; open?: boolean } = {},
): Json {
  return {
    type: "object",
    description,
    properties,
    ...(options.required === undefined ? {} : { required: options.required }),
    ...(options.open === true ? { additionalProperties: true } : {}),
  };
}

/** An array schema. */
export function list(items: Json, description?: string): Json {
  return { type: "array", items, ...(description === undefined ? {} : { description }) };
}

/** A string schema. */
export function text(description: string, extra: Json = {}): Json {
  return { type: "string", description, ...extra };
}

/** A number schema. */
export function number(description: string, extra: Json = {}): Json {
  return { type: "number", description, ...extra };
}

/** A whole-number schema of 0 or more. */
export function count(description: string): Json {
  return { type: "integer", minimum: 0, description };
}

/** A truth-value schema. */
export function flag(description: string): Json {
  return { type: "boolean", description };
}

/** A request body of JSON. */
export function jsonBody(schema: Json, example: unknown): Json {
  return { required: true, content: { "application/json": { schema, example } } };
}

/** An answer of JSON. */
export function jsonAnswer(description: string, schema: Json, headers?: Json): Json {
  return {
    description,
    ...(headers === undefined ? {} : { headers }),
    content: { "application/json": { schema } },
  };
}

/** References to the error answers of `statuses`, in the shape of `protocol`. */
export function errors(protocol: "OpenAI" | "Problem", statuses: readonly number[]): Json {
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { $ref: `#/components/responses/${protocol}${status}` },
    ]),
  );
}

const errorTexts: Readonly<Record<number, string>> = {
  400: "The request is malformed: `param` names the field, or the target is ambiguous",
  401: "The node's token is needed: always on a non-loopback bind, and for what changes the node",
  403: "The `Host` or `Origin` is not one that this node answers",
  404: "There is no such path, model or item; near names are in `details.suggestions`",
  405: "The path does not take this method; `Allow` says which it takes",
  413: "The body is larger than `server.maxBodyBytes`",
  415: "The body is not declared as JSON, or is compressed",
  429: "The backend asks to wait; `Retry-After` says for how long",
  500: "Something went wrong inside the node; the request id is in its log",
  502:
    "Every candidate failed: unreachable, failing, or answering what its protocol does not allow",
  503: "Nothing can serve the request, or the node is not ready",
  504: "The backend stayed silent for longer than allowed",
};

/** Every error answer, in both shapes. */
export function errorResponses(): Json {
  const responses: Record<string, unknown> = {};
  for (const [status, description] of Object.entries(errorTexts)) {
    responses[`OpenAI${status}`] = {
      description,
      content: { "application/json": { schema: ref("OpenAIError") } },
    };
    responses[`Problem${status}`] = {
      description,
      content: { "application/problem+json": { schema: ref("Problem") } },
    };
  }
  return responses;
}
