/**
 * Addresses without the credentials in them.
 *
 * @module
 */

/** `text` with user, password and query of every address in it replaced. */
export function maskAddresses(text: string): string {
  return text
    .replace(/(:\/\/)[^\s/@]*@/g, "$1[redacted]@")
    .replace(/([a-z]:\/\/[^\s?#]*)[?#][^\s]*/gi, "$1?[redacted]");
}
