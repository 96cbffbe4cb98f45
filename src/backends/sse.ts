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
  /** The line that has no end yet, in the parts that it came in. */
  #line: string[] = [];
  /** A CR that may be half of a line end. */
  #held = "";
  #event = "";
  #data: string[] = [];
  #length = 0;

  /** The events that end within `bytes`. Throws {@linkcode EventTooLong}. */
  push(bytes: Uint8Array): ServerSentEvent[] {
    let text = this.#held + this.#decoder.decode(bytes, { stream: true });
    this.#held = text.endsWith("\r") ? "\r" : "";
    if (this.#held !== "") text = text.slice(0, -1);
    const [first = "", ...others] = text.split(/\r\n|\n|\r/);
    this.#line.push(first);
    this.#count(first.length);
    const events: ServerSentEvent[] = [];
    for (const next of others) {
      const event = this.#readLine(this.#line.join(""));
      if (event !== undefined) events.push(event);
      this.#line = [next];
      this.#count(next.length);
    }
    return events;
  }

  #count(length: number): void {
    this.#length += length;
    if (this.#length > maxEventLength) throw new EventTooLong();
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
    if (field === "data") this.#data.push(value);
    return undefined;
  }
}
