/**
 * Base 64 of bytes by the runtime itself.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Standard base 64 with padding. */
export function encodeBase64(bytes: Uint8Array<ArrayBuffer>): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
