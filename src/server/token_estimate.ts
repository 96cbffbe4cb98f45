/**
 * How many tokens a text is likely to be, without a tokenizer.
 *
 * @module
 */

/** What an image costs in the usual vision models, in tokens. */
export const imageTokens = 800;

/**
 * Tokens of a text of `utf16Length` units and `utf8Bytes` bytes.
 *
 * Latin text has about four characters a token, so a quarter of the length would do. Chinese, Japanese and
 * Korean have about one token a character, and each of those takes two bytes more in UTF-8 than in
 * UTF-16 units. So half of the surplus bytes counts as whole tokens, and only the rest as quarters:
 * `(length - surplus / 2) / 4 + surplus / 2`. Cyrillic, Greek and Arabic come out at 0.6 a character (0.4 to
 * 0.5 in practice) and emoji at 1.25: rather too many than too few.
 */
export function estimateTokens(utf16Length: number, utf8Bytes: number): number {
  const wide = Math.max(0, utf8Bytes - utf16Length) / 2;
  return Math.ceil(Math.max(0, utf16Length - wide) / 4 + wide);
}
