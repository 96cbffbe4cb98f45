/**
 * Server-sent events, read from bytes as they come.
 *
 * @module
 */

/** One event. */
export interface ServerSentEvent {
  /** Its type; `message` where none was named. */
  readonly event: string;
  readonly data: string;
}

/** An event that has no end. */
export class EventTooLong extends Error {
  override readonly name = "EventTooLong";
}

const maxEventLength = 16 * 1_024 * 1_024;

/**
 * An incremental parser of `text/event-stream`: lines end in LF, CR LF or CR, comments are passed
 * over, an event ends at an empty line. What is left at the end without one is no event.
 */
export class SseParser {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #event = "";
  #data: string[] = [];
  #length = 0;

  /** The events that end within `bytes`. Throws {@linkcode EventTooLong}. */
  push(bytes: Uint8Array): ServerSentEvent[] {
    let text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    // A CR at the very end may be half of a line end.
    const held = text.endsWith("\r") ? "\r" : "";
    if (held !== "") text = text.slice(0, -1);
    const lines = text.split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "") + held;
    if (this.#rest.length + this.#length > maxEventLength) throw new EventTooLong();
    const events: ServerSentEvent[] = [];
    for (const line of lines) {
      const event = this.#readLine(line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #readLine(line: string): ServerSentEvent | undefined {
    if (line === "") {
      const event = this.#data.length === 0 ? undefined : {
        event: this.#event === "" ? "message" : this.#event,
        data: this.#data.join("\n"),
      };
      this.#event = "";
      this.#data = [];
      this.#length = 0;
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    if (field === "data") {
      this.#data.push(value);
      this.#length += value.length;
      if (this.#length > maxEventLength) throw new EventTooLong();
    }
    return undefined;
  }
}
