/**
 * An embeddings body as the router's question.
 *
 * @module
 */

import { AtmosphereError, isAuto } from "../core/mod.ts";
import type { JsonBody } from "./body.ts";
import { type ParsedRequest, readModel, withoutExtension } from "./chat_request.ts";
import { optionalChoice, optionalInteger, optionalString, wrongType } from "./fields.ts";
import { readExtension } from "./policy_extension.ts";

/** How vectors are written in an answer. */
export type EncodingFormat = "float" | "base64";

/** An embeddings request that is ready for the gateway. */
export interface ParsedEmbeddings extends ParsedRequest {
  /** @default "float" */
  readonly encoding: EncodingFormat;
}

const noMessageHint = "Send a text, or a list of texts";

/** Reads a body of `/v1/embeddings`. Throws `invalid_request` naming the field at fault. */
export function parseEmbeddings(json: JsonBody, headers: Headers): ParsedEmbeddings {
  const body = json.value;
  const model = readModel(body);
  checkInput(body.input, model);
  const encoding = optionalChoice(body.encoding_format, "encoding_format", ["float", "base64"]) ??
    "float";
  const dimensions = optionalInteger(body.dimensions, "dimensions");
  optionalString(body.user, "user");
  const extension = readExtension(body, headers);
  return {
    route: {
      kind: "llm/embed",
      ...(model === undefined ? {} : { model }),
      // Vectors of two models can't be compared, so the meaning of a text must not choose the model.
      intent: "",
      // A named model may be able to shorten its vectors; only the free choice goes by length.
      required: isAuto(model) && dimensions !== undefined ? { dimensions } : {},
      policy: extension.policy,
      ...(extension.preference === undefined ? {} : { preference: extension.preference }),
    },
    stream: false,
    body: withoutExtension(body),
    encoding,
  };
}

function checkInput(input: unknown, model: string | undefined): void {
  if (typeof input === "string") {
    if (input !== "") return;
    throw new AtmosphereError("invalid_request", '"input" is an empty string, expected a text', {
      param: "input",
      hint: noMessageHint,
    });
  }
  if (!Array.isArray(input)) throw wrongType("input", "a text or a list of texts", input);
  if (input.length === 0) {
    throw new AtmosphereError("invalid_request", '"input" is an empty list, expected texts', {
      param: "input",
      hint: noMessageHint,
    });
  }
  const first: unknown = input[0];
  if (typeof first === "number" || Array.isArray(first)) return checkTokens(input, model);
  input.forEach((item: unknown, index) => {
    if (typeof item !== "string") throw wrongType(`input[${index}]`, "a text", item);
    if (item === "") {
      throw new AtmosphereError("invalid_request", `"input[${index}]" is an empty string`, {
        param: `input[${index}]`,
        hint: "Leave out empty texts",
      });
    }
  });
}

/** Token numbers mean something to one tokenizer only, so the caller must name its model. */
function checkTokens(input: readonly unknown[], model: string | undefined): void {
  if (isAuto(model)) {
    throw new AtmosphereError(
      "invalid_request",
      '"input" holds token numbers, which mean nothing without a model',
      { param: "input", hint: "Send texts, or name the model that the tokens belong to" },
    );
  }
  const flat = typeof input[0] === "number";
  input.forEach((item, index) => {
    const tokens = flat ? [item] : item;
    if (!Array.isArray(tokens) || tokens.some((t) => !Number.isInteger(t) || t < 0)) {
      throw wrongType(`input[${index}]`, flat ? "a token number" : "a list of token numbers", item);
    }
  });
}
