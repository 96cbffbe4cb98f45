/**
 * Lines of a stream of bytes, with their numbers.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";

/** A line without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

const lineFeed = 10;

function join(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const joined = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Splits a stream at line feeds. Throws `payload_too_large` when a line is longer than `maxBytes`. */
export async function* splitLines(
  stream: AsyncIterable<Uint8Array>,
  options: { maxBytes: number },
): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let sizeBytes = 0;
  let number = 1;
  function take(part: Uint8Array): void {
    parts.push(part);
    sizeBytes += part.length;
    if (sizeBytes > options.maxBytes) {
      throw new AtmosphereError(
        "payload_too_large",
        `Line ${number} is longer than ${options.maxBytes} bytes`,
      );
    }
  }
  for await (const chunk of stream) {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(lineFeed, from);
      if (end < 0) break;
      take(chunk.subarray(from, end));
      yield { number: number++, bytes: join(parts, sizeBytes) };
      parts = [];
      sizeBytes = 0;
      from = end + 1;
    }
    if (from < chunk.length) take(chunk.slice(from));
  }
  if (sizeBytes > 0) yield { number, bytes: join(parts, sizeBytes) };
}
