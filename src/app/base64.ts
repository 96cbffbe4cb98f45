/**
 * Base 64 of bytes by the runtime itself.
 *
 * @module
 */

/** Standard base 64 with padding. */
export function encodeBase64(bytes: Uint8Array<ArrayBuffer>): string {
  return bytes.toBase64();
}
