/**
 * One try of one candidate: from sending the request to the last byte of the answer, with its time
 * limits and its share of the load figures.
 *
 * @module
 */

import {
  type Backend,
  BackendError,
  type ByteSource,
  type Capability,
  type Deadline,
  type Deadlines,
  type ErrorOrigin,
  type GatewayRequest,
  sourceOf,
} from "../core/mod.ts";
import type { Router } from "../router/mod.ts";

/** Most bytes of an answer that is not streamed. */
const maxAnswerBytes = 256 * 1024 * 1024;

/** The usage figure stands this near to the end of an answer. */
const tailBytes = 1_024;
const tokenCount = /"completion_tokens"\s*:\s*(\d+)/;
const decoder = new TextDecoder();

/** Time limits of one try, in milliseconds; see `TimeoutsConfig`. */
export interface AttemptLimits {
  readonly firstByteMs: number;
  readonly completeMs: number;
  readonly idleMs: number;
}

/** What a try needs. */
export interface AttemptOptions {
  readonly backend: Backend;
  readonly capability: Capability;
  readonly request: GatewayRequest;
  readonly load: Router["load"];
  readonly limits: AttemptLimits;
  /** What keeps the limits. */
  readonly deadlines: Deadlines;
}

/** An answer whose first byte is there. */
export interface OpenedAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The whole of it, or where it comes from. */
  readonly body: Uint8Array<ArrayBuffer> | ByteSource | null;
}

/** A try under way. */
export interface Attempt {
  /** Resolves when the first byte (streamed) or the whole answer (not streamed) is there. */
  readonly opened: Promise<OpenedAnswer>;
  /** Gives the try up, because another one won. */
  abandon(): void;
}

/** Starts a try. Its upstream request ends when the caller goes away or the try is abandoned. */
export function startAttempt(options: AttemptOptions): Attempt {
  const session = new Session(options);
  return {
    opened: open(session),
    abandon: () =>
      session.controller.abort(new DOMException("Another candidate answered", "AbortError")),
  };
}

/** What a try shares from its start to its end: the wish to end it, and how it is booked. */
class Session {
  readonly options: AttemptOptions;
  readonly controller = new AbortController();
  readonly origin: ErrorOrigin;
  readonly #startMs = performance.now();
  #settled = false;
  readonly #onCallerGone = () => this.controller.abort(this.options.request.signal.reason);

  constructor(options: AttemptOptions) {
    this.options = options;
    this.origin = `backend:${options.backend.id}`;
    const { signal } = options.request;
    if (signal.aborted) this.#onCallerGone();
    else signal.addEventListener("abort", this.#onCallerGone, { once: true });
    options.load.begin(options.capability.id);
  }

  firstByte(): void {
    const { load, capability } = this.options;
    load.firstByte(capability.id, performance.now() - this.#startMs);
  }

  succeed(outputTokens: number | undefined): void {
    if (!this.#settle()) return;
    const { load, capability } = this.options;
    load.end(capability.id, {
      totalMs: performance.now() - this.#startMs,
      ...(outputTokens === undefined ? {} : { outputTokens }),
    });
  }

  fail(error: unknown): void {
    if (!this.#settle()) return;
    const { load, capability: { id } } = this.options;
    // Anything else is the caller's own leaving, or another try that was quicker.
    if (!(error instanceof BackendError)) load.cancel(id);
    else if (error.retryAfterSeconds === undefined) load.fail(id);
    else load.fail(id, { retryAfterSeconds: error.retryAfterSeconds });
  }

  /** Whether this is the first end that is told of. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.options.request.signal.removeEventListener("abort", this.#onCallerGone);
    return true;
  }
}

async function open(session: Session): Promise<OpenedAnswer> {
  const { controller, options: { backend, capability, request, limits, deadlines } } = session;
  const limitMs = request.stream ? limits.firstByteMs : limits.completeMs;
  const limit = deadlines.after(limitMs, () => {
    controller.abort(
      new BackendError(
        "backend_timeout",
        `${backend.id} sent nothing for ${limitMs / 1000} s`,
        { origin: session.origin },
      ),
    );
  });
  try {
    const response = await backend.send({
      operation: request.operation,
      body: request.body.model === capability.upstreamName
        ? request.body
        : { ...request.body, model: capability.upstreamName },
      stream: request.stream,
      signal: controller.signal,
    });
    if (response.status === 404) {
      await response.body?.cancel();
      throw new BackendError("backend_failed", `${backend.id} has no ${capability.name} any more`, {
        origin: session.origin,
        upstreamStatus: 404,
      });
    }
    const streamed = request.stream && response.status < 300;
    if (response.bytes !== undefined) session.firstByte();
    const body = response.bytes !== undefined
      ? response.bytes
      : response.body === null
      ? null
      : streamed
      ? await openStream(response.source ?? sourceOf(response.body), session)
      : await readWhole(response.body, session);
    if (!streamed) session.succeed(completionTokens(body));
    return { status: response.status, headers: response.headers, body };
  } catch (cause) {
    // A limit that was hit is the reason, whatever the transport made of it.
    const error = controller.signal.aborted ? controller.signal.reason : transportError(
      cause,
      session,
    );
    session.fail(error);
    controller.abort(error);
    throw error;
  } finally {
    limit.cancel();
  }
}

/** A body that breaks while it is read surfaces as the runtime's own error. */
function transportError(cause: unknown, session: Session): unknown {
  if (cause instanceof Error && (cause.name === "TypeError" || cause.name === "Http")) {
    return new BackendError(
      "backend_unreachable",
      `The connection to ${session.options.backend.id} broke before the answer was whole`,
      { origin: session.origin, cause },
    );
  }
  return cause;
}

async function readWhole(
  stream: ReadableStream<Uint8Array>,
  session: Session,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (sizeBytes === 0) session.firstByte();
    sizeBytes += value.byteLength;
    if (sizeBytes > maxAnswerBytes) {
      await reader.cancel();
      throw invalid(session, `more than ${maxAnswerBytes / 1024 / 1024} MiB`);
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function invalid(session: Session, what: string): BackendError {
  return new BackendError(
    "backend_invalid_response",
    `${session.options.backend.id} answered with ${what}`,
    { origin: session.origin },
  );
}

/** Reads the usage figure near the end of an answer without parsing it a second time. */
function completionTokens(body: OpenedAnswer["body"]): number | undefined {
  if (!(body instanceof Uint8Array)) return undefined;
  const match = tokenCount.exec(decoder.decode(body.subarray(-tailBytes)));
  return match === null ? undefined : Number(match[1]);
}

/** Waits for the first chunk, so that a failure before it can still go to another candidate. */
async function openStream(source: ByteSource, session: Session): Promise<ByteSource> {
  const first = await source.read();
  if (first === undefined) throw invalid(session, "an empty stream");
  session.firstByte();
  return new Relay(source, first, session);
}

/** Passes a stream on whose first piece is there, and books how it ends. */
class Relay implements ByteSource {
  readonly #source: ByteSource;
  readonly #session: Session;
  #pending: Uint8Array | undefined;
  // Engines send one token an event and, as a rule, one event a chunk: near enough for a speed.
  #chunks = 1;
  /** One for all pieces; it counts only while one is waited for, since a slow reader is no fault. */
  readonly #silence: Deadline;

  constructor(source: ByteSource, first: Uint8Array, session: Session) {
    this.#source = source;
    this.#session = session;
    this.#pending = first;
    const { controller, origin, options: { limits, deadlines, backend } } = session;
    this.#silence = deadlines.after(limits.idleMs, () =>
      controller.abort(
        new BackendError(
          "backend_timeout",
          `${backend.id} fell silent for ${limits.idleMs / 1000} s in mid-stream`,
          { origin, retryable: false },
        ),
      ));
    this.#silence.hold();
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#pending !== undefined) {
      const first = this.#pending;
      this.#pending = undefined;
      return first;
    }
    this.#silence.restart(this.#session.options.limits.idleMs);
    try {
      const piece = await this.#source.read();
      if (piece === undefined) this.#end();
      else this.#goOn();
      return piece;
    } catch (cause) {
      throw this.#break(cause);
    }
  }

  async cancel(reason: unknown): Promise<void> {
    const leaving = reason instanceof DOMException
      ? reason
      : new DOMException("The caller went away", "AbortError");
    this.#silence.cancel();
    this.#session.controller.abort(leaving);
    this.#session.fail(leaving);
    await this.#source.cancel(leaving).catch(() => {});
  }

  #goOn(): void {
    this.#chunks++;
    this.#silence.hold();
  }

  #end(): void {
    this.#silence.cancel();
    this.#session.succeed(this.#chunks);
  }

  #break(cause: unknown): unknown {
    this.#silence.cancel();
    const { controller, origin, options: { backend } } = this.#session;
    const error = controller.signal.aborted ? controller.signal.reason : new BackendError(
      "backend_unreachable",
      `The connection to ${backend.id} broke in mid-stream`,
      { origin, retryable: false, cause },
    );
    this.#session.fail(error);
    controller.abort(error);
    return error;
  }
}
