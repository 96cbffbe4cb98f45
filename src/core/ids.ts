/**
 * Identifiers that sort by time.
 *
 * @module
 */

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * A short id `PREFIX_` + 8 characters of time (Crockford base 32, milliseconds) + 8 random ones.
 *
 * Built for decisions and requests, of which there are many a second: no allocation but the string.
 */
export function createId(prefix: string, nowMs: number = Date.now()): string {
  let time = "";
  let rest = nowMs;
  for (let i = 0; i < 9; i++) {
    time = alphabet.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let random = "";
  for (let i = 0; i < 8; i++) random += alphabet.charAt(Math.floor(Math.random() * 32));
  return `${prefix}_${time}${random}`;
}
