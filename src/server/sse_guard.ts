/**
 * Passes a backend's event stream on, and never lets a cut one end as if it were whole.
 *
 * @module
 */

import { AtmosphereError, BackendError, type ByteSource, type ErrorOrigin } from "../core/mod.ts";
import { isWholeEvent, lastEventEnd, readStreamEnd } from "./sse_frames.ts";

/** An event of this many bytes is passed on before it is whole, so that memory stays bounded. */
const maxHeldBytes = 1 << 20;
/** The last events are kept for a look at the end; a finishing event is far smaller. */
const tailBytes = 8 << 10;

const none = new Uint8Array(0);
const encoder = new TextEncoder();
const blankLine = encoder.encode("\n\n");
const decoder = new TextDecoder();

/** Options of {@linkcode guardEventStream}. */
export interface EventStreamGuardOptions {
  /** Who produces the stream. */
  readonly origin: ErrorOrigin;
  /** Its name, for messages. */
  readonly backend: string;
  /** The body of an error event, for what was thrown; may log. */
  readonly describe: (thrown: unknown) => unknown;
  /** Called once, when nobody will read any more: the caller left, or all is sent. */
  readonly onEnd: (how: "complete" | "failed" | "left", reason?: unknown) => void;
}

/**
 * The same events with these promises: only whole events are sent; a stream that fails, or ends without
 * `[DONE]` and without a reason to finish, ends with `data: {"error":…}` and no `[DONE]`; one that is
 * whole but lacks `[DONE]` gets it; the caller's `cancel` reaches the source. Bytes flow at the
 * reader's pace, and a chunk of whole events is passed on as it is.
 */
export function guardEventStream(
  source: ByteSource,
  options: EventStreamGuardOptions,
): ReadableStream<Uint8Array> {
  const guard = new Guard(source, options);
  return new ReadableStream<Uint8Array>({
    pull: (controller) => guard.pull(controller),
    cancel: (reason) => guard.cancel(reason),
  }, { highWaterMark: 0 });
}

class Guard {
  readonly #source: ByteSource;
  readonly #options: EventStreamGuardOptions;
  /** Chunks of an event that is not whole yet. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Whether the caller is gone: then the source ends at our own word, which is no cut. */
  #left = false;
  /** Whether the last bytes sent stop in the middle of an event. */
  #midEvent = false;
  /** The chunks that were sent last, {@linkcode tailBytes} of them or a little more. */
  #tail: Uint8Array[] = [];
  #tailLength = 0;

  constructor(source: ByteSource, options: EventStreamGuardOptions) {
    this.#source = source;
    this.#options = options;
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        const chunk = await this.#source.read();
        if (this.#left) return;
        if (chunk === undefined) return this.#finish(controller);
        const ready = this.#take(chunk);
        if (ready.length === 0) continue;
        this.#remember(ready);
        controller.enqueue(ready);
        return;
      }
    } catch (thrown) {
      if (!this.#left) this.#fail(controller, thrown);
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#left = true;
    this.#options.onEnd("left", reason);
    // A source that has failed meanwhile rejects; nobody is left to hear of it.
    await this.#source.cancel(reason).catch(() => {});
  }

  /** What can be sent now that `chunk` is there; the rest is held. */
  #take(chunk: Uint8Array): Uint8Array {
    const end = lastEventEnd(chunk, this.#lastHeldBytes());
    if (end === -1) {
      this.#hold(chunk);
      if (this.#heldBytes <= maxHeldBytes) return none;
      this.#midEvent = true;
      return this.#release();
    }
    this.#midEvent = false;
    if (end === chunk.length && this.#heldBytes === 0) return chunk;
    this.#hold(chunk.subarray(0, end));
    const ready = this.#release();
    this.#hold(chunk.subarray(end));
    return ready;
  }

  /** Enough of what is held to see a blank line that goes on in the next chunk. */
  #lastHeldBytes(): Uint8Array {
    const last = this.#held.at(-1) ?? none;
    if (last.length >= 2 || this.#held.length < 2) return last.subarray(-2);
    return join(this.#held.slice(-2), last.length + (this.#held.at(-2)?.length ?? 0)).subarray(-2);
  }

  #hold(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
  }

  #release(): Uint8Array {
    const whole = join(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    return whole;
  }

  #remember(chunk: Uint8Array): void {
    this.#tail.push(chunk);
    this.#tailLength += chunk.length;
    for (;;) {
      const oldest = this.#tail[0]?.length ?? 0;
      if (oldest === 0 || this.#tailLength - oldest < tailBytes) return;
      this.#tail.shift();
      this.#tailLength -= oldest;
    }
  }

  #finish(controller: ReadableStreamDefaultController<Uint8Array>): void {
    // The last event may lack its blank line; if it says the end, the stream is whole all the same.
    const rest = this.#release();
    const restText = rest.length === 0 ? "" : decoder.decode(rest);
    const sent = readStreamEnd(decoder.decode(join(this.#tail, this.#tailLength)) + restText);
    const over = sent.done || sent.failed || (sent.finished && isWholeEvent(restText));
    if (!over) {
      return this.#fail(
        controller,
        new BackendError(
          "backend_invalid_response",
          `${this.#options.backend} ended the stream before the answer was whole`,
          { origin: this.#options.origin, retryable: false },
        ),
      );
    }
    if (rest.length > 0 && isWholeEvent(restText)) {
      controller.enqueue(join([rest, blankLine], rest.length + blankLine.length));
    }
    if (!sent.done && !sent.failed) controller.enqueue(encoder.encode("data: [DONE]\n\n"));
    this.#options.onEnd(sent.failed ? "failed" : "complete");
    controller.close();
  }

  #fail(controller: ReadableStreamDefaultController<Uint8Array>, thrown: unknown): void {
    const cut = thrown instanceof AtmosphereError ? thrown : new BackendError(
      "backend_unreachable",
      `${this.#options.backend} broke off in the middle of the answer`,
      { origin: this.#options.origin, retryable: false, cause: thrown },
    );
    const event = JSON.stringify(this.#options.describe(cut));
    const lead = this.#midEvent ? "\n\n" : "";
    controller.enqueue(encoder.encode(`${lead}data: ${event}\n\n`));
    this.#options.onEnd("failed", cut);
    controller.close();
  }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
