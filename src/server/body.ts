/**
 * Request bodies: of a bounded size, JSON by declaration and in fact, an object.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";
import { quote } from "./host_policy.ts";
import { findJsonMistake } from "./json_position.ts";

/** Levels of nesting that are read; what goes on recursively behind must not run out of stack. */
const maxDepth = 500;

/** For bodies that are there as a whole: it holds nothing from one to the next. */
const wholeDecoder = new TextDecoder("utf-8", { fatal: true });

/** A JSON object as a request brought it. */
export interface JsonBody {
  readonly value: Readonly<Record<string, unknown>>;
  /** Length of the text in UTF-16 units. */
  readonly textLength: number;
  /** Length of the text in UTF-8 bytes. */
  readonly sizeBytes: number;
}

/**
 * Throws `unsupported_media_type` unless the body is declared as JSON. A page elsewhere can send
 * forms and `text/plain` without asking first, but not JSON.
 */
export function checkContentType(headers: Headers): void {
  const type = headers.get("content-type");
  if (type === "application/json") return;
  if (type === null || !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new AtmosphereError(
      "unsupported_media_type",
      type === null
        ? "The request has no Content-Type, expected application/json"
        : `The Content-Type is ${quote(type)}, expected application/json`,
      { param: "content-type", hint: "Send the header Content-Type: application/json" },
    );
  }
}

/** Throws `payload_too_large` or `unsupported_media_type` by what the headers say of the body. */
export function checkDeclaredSize(headers: Headers, maxBytes: number): void {
  const length = headers.get("content-length");
  if (length !== null && Number(length) > maxBytes) throw tooLarge(maxBytes, Number(length));
}

function tooLarge(maxBytes: number, sizeBytes?: number): AtmosphereError {
  return new AtmosphereError(
    "payload_too_large",
    `The body ${
      sizeBytes === undefined ? "exceeds" : `of ${sizeBytes} bytes exceeds`
    } the limit of ${maxBytes} bytes`,
    { hint: "Raise server.maxBodyBytes if the request is meant" },
  );
}

/** Text that is not what was sent must not be taken for it. Throws `invalid_json`. */
function decode(decoder: TextDecoder, bytes?: Uint8Array, options?: TextDecodeOptions): string {
  try {
    return decoder.decode(bytes, options);
  } catch (cause) {
    throw new AtmosphereError("invalid_json", "The body is not valid UTF-8", { cause });
  }
}

/** Reads a body as text, never more of it than `maxBytes`. Throws `payload_too_large`. */
async function readText(
  request: Request,
  maxBytes: number,
): Promise<{ text: string; sizeBytes: number }> {
  const declared = request.headers.get("content-length");
  if (declared !== null) {
    // The protocol layer holds the body to its declared length, which the guard has checked.
    return { text: decode(wholeDecoder, await request.bytes()), sizeBytes: Number(declared) };
  }
  if (request.body === null) return { text: "", sizeBytes: 0 };
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let sizeBytes = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of request.body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    text += decode(decoder, chunk, { stream: true });
  }
  return { text: text + decode(decoder), sizeBytes };
}

/**
 * Reads a body as a JSON object.
 *
 * Throws `unsupported_media_type`, `payload_too_large`, `invalid_json` with the place of the
 * mistake, or `invalid_request` for what is JSON but no object, nested too deep, or beyond numbers.
 */
export async function readJsonBody(
  request: Request,
  options: { maxBytes: number },
): Promise<JsonBody> {
  checkContentType(request.headers);
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    throw new AtmosphereError(
      "unsupported_media_type",
      `The body is encoded as ${quote(encoding)}, expected plain JSON`,
      { param: "content-encoding", hint: "Send the body uncompressed" },
    );
  }
  const { text, sizeBytes } = await readText(request, options.maxBytes);
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AtmosphereError(
      "invalid_request",
      `The body must be a JSON object, got ${describe(value)}`,
    );
  }
  checkValue(value, 1);
  return { value: value as Record<string, unknown>, textLength: text.length, sizeBytes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (text.trim() === "") {
      throw new AtmosphereError("invalid_json", "The body is empty, expected a JSON object", {
        cause,
      });
    }
    const mistake = findJsonMistake(text);
    if (mistake === undefined) throw cause;
    const { line, column, offset, expected } = mistake;
    const found = offset >= text.length ? "the body ends" : `found ${quote(text.charAt(offset))}`;
    throw new AtmosphereError(
      "invalid_json",
      `The body is not JSON: ${found} at line ${line}, column ${column}, expected ${expected}`,
      { cause, details: { offset, line, column } },
    );
  }
}

/** Throws for nesting beyond {@linkcode maxDepth} and for numbers that became infinite. */
function checkValue(value: unknown, depth: number): void {
  if (value === Infinity || value === -Infinity) {
    throw new AtmosphereError(
      "invalid_request",
      "The body holds a number that is too large to be represented",
    );
  }
  if (typeof value !== "object" || value === null) return;
  if (depth > maxDepth) {
    throw new AtmosphereError(
      "invalid_request",
      `The body is nested deeper than ${maxDepth} levels`,
    );
  }
  if (Array.isArray(value)) { for (const item of value) checkValue(item, depth + 1); }
  else for (const key in value) checkValue(value[key as keyof typeof value], depth + 1);
}

/** A value's type in JSON's words, with the value where it is short. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  switch (typeof value) {
    case "string":
      return value === "" ? "an empty string" : `the string ${quote(value)}`;
    case "object":
      return "an object";
    default:
      return `the ${typeof value} ${String(value)}`;
  }
}
