/**
 * Words for the full-text index: what FTS5 gets to read, and queries that can't be its syntax.
 *
 * @module
 */

const word = /[\p{L}\p{N}\p{M}]+/gu;
// Names such as `get_user`, `Build-Depends`, `fs.open`: their parts belong together, in this order.
const joined = /[\p{L}\p{N}\p{M}]+(?:[_.:/-]+[\p{L}\p{N}\p{M}]+)+/gu;
const isCompound = /\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}|\p{L}\p{N}|\p{N}\p{L}/u;
const boundary =
  /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u;
// Scripts without spaces between words: pairs of characters stand for words.
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{2,}/gu;
const maxQueryWords = 64;

// Words that nearly every English text has; BM25 gives them next to nothing, at a price.
const stopWords = new Set(
  ("a about an and are as at be been but by can could did do does for from had has have he her his how i " +
    "if in into is it its me my no not of on or our she should so that the their them there they this to " +
    "was we were what when where which who why will with would you your").split(" "),
);

function pairs(run: string): string[] {
  const characters = [...run];
  return characters.slice(1).map((character, i) => `${characters[i]}${character}`);
}

/** The parts of an identifier: `getUserName2` gives get, User, Name, 2; a plain word none. */
export function identifierParts(identifier: string): string[] {
  return isCompound.test(identifier) ? identifier.split(boundary) : [];
}

/** The parts of all compound words of a text, for the index's second column. */
export function compoundParts(text: string): string {
  const parts: string[] = [];
  for (const [found] of text.matchAll(word)) parts.push(...identifierParts(found));
  for (const [run] of text.matchAll(unspaced)) parts.push(...pairs(run));
  return parts.join(" ");
}

/**
 * The FTS5 expression that finds any of the query's words; undefined when the query has none.
 *
 * Every word is quoted and consists of letters and digits alone, so nothing in it is syntax. Names
 * of several parts are looked for as phrases as well.
 */
export function matchExpression(query: string): string | undefined {
  const all = new Set<string>();
  for (const [found] of query.normalize("NFC").matchAll(word)) {
    for (const part of [found, ...identifierParts(found)]) all.add(part.toLowerCase());
  }
  for (const [run] of query.matchAll(unspaced)) for (const pair of pairs(run)) all.add(pair);
  const phrases = Array.from(
    query.normalize("NFC").matchAll(joined),
    ([found]) => (found.match(word) ?? []).join(" ").toLowerCase(),
  );
  const telling = [...all].filter((term) => !stopWords.has(term));
  const words = telling.length > 0 ? telling : [...all];
  const terms = [...new Set([...phrases, ...words])].slice(0, maxQueryWords);
  return terms.length === 0 ? undefined : terms.map((term) => `"${term}"`).join(" OR ");
}

/** Whether a query names something, such as `getUserName`, `sha256` or `Build-Depends`. */
export function namesSomething(query: string): boolean {
  const trimmed = query.trim();
  // In a sentence a hyphen or dot is most often just that; alone it is part of a name.
  if (!/\s/.test(trimmed)) return isCompound.test(trimmed) || /\S[_.:/-]\S/.test(trimmed);
  return /\p{Ll}\p{Lu}|\p{L}_+\p{L}|::|\w\(\)/u.test(trimmed);
}
