/**
 * Turns texts of any length into token sequences that a model can read at once.
 *
 * @module
 */

/** What a tokeniser must do. */
export interface Tokenizer {
  /** Ids of a text, without special tokens. */
  encode(text: string): readonly number[];
  /** Special tokens before each sequence. */
  readonly prefix: readonly number[];
  /** Special tokens behind each sequence. */
  readonly suffix: readonly number[];
}

/** A part of a text that is read at once. */
export interface TokenWindow {
  /** Token ids, special tokens included. */
  readonly ids: readonly number[];
  /** Tokens of the text in it, at least 1: what its vector weighs in the text's. */
  readonly weight: number;
  /** Set in the last window of a text: tokens of the whole text, special ones counted once. */
  readonly textTokens?: number;
}

/** How texts are cut. */
export interface WindowOptions {
  /** Longest sequence, special tokens included. */
  readonly maxTokens: number;
  /** Tokens that two neighbouring windows share, so that what is cut apart is seen whole once. */
  readonly overlapTokens: number;
}

/** Characters that are tokenised at once: some milliseconds, between which others are served. */
const sliceChars = 8_192;

/** Cuts a text at white space into slices of at most `maxChars`; in mid-word where there is none. */
export function* sliceText(text: string, maxChars: number = sliceChars): Generator<string, void> {
  let start = 0;
  while (text.length - start > maxChars) {
    let end = start + maxChars;
    const whiteSpace = lastWhiteSpace(text, start + (maxChars >> 1), end);
    if (whiteSpace !== undefined) end = whiteSpace;
    else if (isHighSurrogate(text.charCodeAt(end - 1))) end--; // Its other half would be lost.
    if (end === start) end = start + 1;
    yield text.slice(start, end);
    start = end;
  }
  yield text.slice(start);
}

/**
 * The windows of a text, one after the other, tokenised as they are asked for: a text of a megabyte
 * costs no more time or memory at once than a page. Even an empty text has one.
 */
export function* tokenWindows(
  text: string,
  tokenizer: Tokenizer,
  options: WindowOptions,
): Generator<TokenWindow, void> {
  const { prefix, suffix } = tokenizer;
  const specialTokens = prefix.length + suffix.length;
  const room = options.maxTokens - specialTokens;
  if (room <= options.overlapTokens) {
    throw new RangeError(`Windows of ${options.maxTokens} tokens leave no room for a text`);
  }
  let waiting: number[] = [];
  let tokens = 0;
  for (const slice of sliceText(text)) {
    // A lone surrogate is no character, and the tokeniser's table has none either.
    const ids = tokenizer.encode(slice.toWellFormed());
    tokens += ids.length;
    waiting = waiting.concat(ids);
    let start = 0;
    for (; waiting.length - start > room; start += room - options.overlapTokens) {
      yield { ids: [...prefix, ...waiting.slice(start, start + room), ...suffix], weight: room };
    }
    waiting = waiting.slice(start);
  }
  yield {
    ids: [...prefix, ...waiting, ...suffix],
    weight: Math.max(waiting.length, 1),
    textTokens: tokens + specialTokens,
  };
}

function lastWhiteSpace(text: string, from: number, to: number): number | undefined {
  for (let i = to; i > from; i--) if (/\s/.test(text.charAt(i))) return i;
  return undefined;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
