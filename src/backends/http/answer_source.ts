/**
 * An answer whose head is there and whose body is still to be read.
 *
 * @module
 */

import type { ByteSource } from "../../core/mod.ts";

/** The head of an answer, and the ways to its body. Exactly one of the three is used, once. */
export interface HttpAnswer {
  readonly status: number;
  /** By name in lower case; repeated fields are joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  /**
   * The whole body. Throws `backend_invalid_response` when it is longer than `maxBytes`,
   * `backend_unreachable` when it is cut, or the signal's reason.
   */
  bytes(maxBytes: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The body as it comes; errors as `bytes` does. Cancelling it closes the connection. */
  source(): ByteSource;
  /** Throws the body away. */
  discard(): Promise<void>;
}

/** The media type of an answer, in lower case and without parameters; empty where it has none. */
export function mediaType(answer: HttpAnswer): string {
  const type = answer.headers.get("content-type") ?? "";
  return type === "application/json" ? type : type.split(";", 1)[0]!.trim().toLowerCase();
}

/** Whether a media type is JSON's. */
export function isJson(type: string): boolean {
  return type === "application/json" || type.endsWith("+json");
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The value of JSON bytes; undefined where they are none (`null` is a value). */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
