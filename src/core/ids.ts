/**
 * Identifiers that sort by time.
 *
 * @module
 */

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
/** Two characters for ten bits: an id put together from single ones is a long chain of strings. */
const pairs: readonly string[] = Array.from(
  { length: 1_024 },
  (_, i) => alphabet.charAt(i >> 5) + alphabet.charAt(i & 31),
);

/**
 * A short id `PREFIX_` + 9 characters of time (Crockford base 32, milliseconds) + 8 random ones.
 *
 * Built for decisions and requests, of which there are many a second: no allocation but the string.
 */
export function createId(prefix: string, nowMs: number = Date.now()): string {
  const high = Math.floor(nowMs / 2 ** 20);
  const low = nowMs % 2 ** 20;
  const first = Math.floor(Math.random() * 2 ** 20);
  const second = Math.floor(Math.random() * 2 ** 20);
  return `${prefix}_${alphabet.charAt(Math.floor(high / 2 ** 20) % 32)}` +
    pair(high >> 10) + pair(high) + pair(low >> 10) + pair(low) +
    pair(first >> 10) + pair(first) + pair(second >> 10) + pair(second);
}

function pair(bits: number): string {
  return pairs[bits & 1_023]!;
}
