/**
 * Reading answers of others: bounded, and never trusted to be what their headers say.
 *
 * @module
 */

import { BackendError, type ErrorOrigin } from "../core/mod.ts";
import { unreachable } from "./transport_errors.ts";

/** Who answered what, for messages, and how much of it is read. */
export interface ReadOptions {
  readonly origin: ErrorOrigin;
  readonly url: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

function tooLarge(response: Response, options: ReadOptions): BackendError {
  return new BackendError(
    "backend_invalid_response",
    `${new URL(options.url).host} answered with more than ${options.maxBytes} bytes`,
    { origin: options.origin, upstreamStatus: response.status },
  );
}

/** Throws away what is left of a body, so that its connection is closed or used again. */
export async function discard(response: Response): Promise<void> {
  try {
    await response.body?.cancel();
  } catch {
    // It is broken already.
  }
}

/**
 * The whole body of an answer. Throws `backend_invalid_response` when it is longer than allowed,
 * `backend_unreachable` when it is cut, and the signal's reason.
 */
export async function readBytes(
  response: Response,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(response.headers.get("content-length") ?? Number.NaN);
  if (declared > options.maxBytes) {
    await discard(response);
    throw tooLarge(response, options);
  }
  try {
    // A declared length bounds the body, so that it can be read in one go.
    if (Number.isInteger(declared)) return new Uint8Array(await response.arrayBuffer());
    return await readChunks(response, options);
  } catch (error) {
    if (error instanceof BackendError) throw error;
    if (options.signal.aborted) throw options.signal.reason;
    throw unreachable(error, options);
  }
}

async function readChunks(
  response: Response,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > options.maxBytes) throw tooLarge(response, options);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The media type of an answer, in lower case and without parameters; empty where it has none. */
export function mediaType(response: Response): string {
  return (response.headers.get("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

/** Whether a media type is JSON's. */
export function isJson(type: string): boolean {
  return type === "application/json" || type.endsWith("+json");
}

/** The value of JSON bytes; undefined where they are none (`null` is a value). */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
