/**
 * Where events end in the bytes of a server-sent event stream, and what its last ones say.
 *
 * @module
 */

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * The offset behind the last blank line in `chunk`, or -1 when it holds none. `before` are the two
 * bytes that came before it, as far as they are held. Looks from the end, so the usual chunk of whole events costs nothing.
 */
export function lastEventEnd(chunk: Uint8Array, before: Uint8Array): number {
  const at = (index: number): number | undefined =>
    index >= 0 ? chunk[index] : before[before.length + index];
  for (let i = chunk.length - 1; i >= 0; i--) {
    const byte = chunk[i];
    if (byte === lineFeed) {
      const previous = at(i - 1);
      if (previous === lineFeed) return i + 1;
      if (previous === carriageReturn && at(i - 2) === lineFeed) return i + 1;
    } else if (byte === carriageReturn && at(i - 1) === carriageReturn) return i + 1;
  }
  return -1;
}

/** What the last events of a stream say of its end. */
export interface StreamEnd {
  /** The stream says itself that it is over: `[DONE]`. */
  readonly done: boolean;
  /** A choice has a reason to finish, so the answer is whole. */
  readonly finished: boolean;
  /** The backend reported its own failure in the stream. */
  readonly failed: boolean;
}

const doneAtEnd = /(?:^|\n|\r)data: ?\[DONE\]\s*$/;

/** Reads the end of a stream from the text of its last events. */
export function readStreamEnd(tail: string): StreamEnd {
  // The usual end says all there is to say, unless an error may stand before it.
  if (doneAtEnd.test(tail) && !tail.includes('"error"')) {
    return { done: true, finished: true, failed: false };
  }
  let [done, finished, failed] = [false, false, false];
  for (const line of tail.split(/\r\n|\n|\r/)) {
    if (!line.startsWith("data:")) continue;
    const data = line.slice(5).trim();
    if (data === "[DONE]") {
      done = true;
      continue;
    }
    const event = parse(data);
    if (event === undefined) continue;
    if (event.error !== undefined && event.error !== null) failed = true;
    if (Array.isArray(event.choices)) {
      finished ||= event.choices.some((choice) =>
        typeof choice?.finish_reason === "string" && choice.finish_reason !== ""
      );
    }
  }
  return { done, finished, failed };
}

/** Whether `text` holds nothing but lines that stand for themselves: comments, JSON data, `[DONE]`. */
export function isWholeEvent(text: string): boolean {
  return text.split(/\r\n|\n|\r/).every((line) => {
    if (line === "" || /^(?::|(?:event|id|retry):)/.test(line)) return true;
    if (!line.startsWith("data:")) return false;
    const data = line.slice(5).trim();
    return data === "[DONE]" || parse(data) !== undefined;
  });
}

function parse(data: string): { error?: unknown; choices?: unknown } | undefined {
  try {
    const value = JSON.parse(data);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // The tail may begin in the middle of an event.
    return undefined;
  }
}
