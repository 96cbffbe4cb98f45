/**
 * The text of a streamed chat answer.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";

/** Longest line of an event stream, in characters; a longer one is no chat answer. */
const maxLineChars = 4 * 1024 * 1024;

/**
 * Yields the text deltas of an OpenAI event stream.
 *
 * Throws when the stream carries an error event, or ends before it said that it is complete.
 */
export async function* chatText(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let buffer = "";
  let complete = false;
  for await (const text of body.pipeThrough(new TextDecoderStream() as Decoder)) {
    buffer += text;
    if (buffer.length > maxLineChars) {
      throw new AtmosphereError("backend_invalid_response", "A line of the answer is too long");
    }
    let newline: number;
    while ((newline = buffer.indexOf("\n")) >= 0) {
      const line = buffer.slice(0, newline).trimEnd();
      buffer = buffer.slice(newline + 1);
      const event = parseLine(line);
      if (event === "done") complete = true;
      else if (event !== undefined) {
        if (event.finished) complete = true;
        if (event.text !== "") yield event.text;
      }
    }
  }
  if (!complete) {
    throw new AtmosphereError("backend_unreachable", "The answer was cut before its end");
  }
}

// The runtime's types give the decoder's writable side `BufferSource`, which is wider than bytes.
type Decoder = ReadableWritablePair<string, Uint8Array>;

function parseLine(line: string): { text: string; finished: boolean } | "done" | undefined {
  if (!line.startsWith("data:")) return undefined;
  const data = line.slice(5).trim();
  if (data === "[DONE]") return "done";
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch (cause) {
    throw new AtmosphereError("backend_invalid_response", "An event of the answer is not JSON", {
      cause,
    });
  }
  const { error, choices } = event as {
    error?: { message?: unknown; code?: unknown };
    choices?: Array<{ delta?: { content?: unknown }; finish_reason?: unknown }>;
  };
  if (error !== undefined) {
    throw new AtmosphereError(
      "backend_failed",
      typeof error.message === "string" ? error.message : "The backend reported an error",
    );
  }
  const choice = Array.isArray(choices) ? choices[0] : undefined;
  if (choice === undefined) return undefined;
  const content = choice.delta?.content;
  return {
    text: typeof content === "string" ? content : "",
    finished: typeof choice.finish_reason === "string",
  };
}
