/**
 * Routes a protocol request and has it served: candidates in order, the next one at once when one
 * fails before its first byte, a second one beside a silent first.
 *
 * @module
 */

import {
  AtmosphereError,
  BackendError,
  type ByteSource,
  type Candidate,
  type Capability,
  Deadlines,
  type Decision,
  type EventBus,
  type Gateway,
  type GatewayRequest,
  type GatewayResponse,
  streamOf,
} from "../core/mod.ts";
import { type Attempt, type AttemptLimits, type OpenedAnswer, startAttempt } from "./attempt.ts";
import type { BackendRegistry } from "./backend_registry.ts";
import type { Learning } from "./learning.ts";
import type { RoutingService } from "./routing_service.ts";

/** Candidates tried for one request; beyond that, the fault is likely the request's own. */
const maxAttempts = 5;
/** A first byte that takes this many times longer than usual counts as silence. */
const silenceFactor = 3;
/** An answer that is not streamed has no early sign of life, so silence is judged later. */
const wholeAnswerFactor = 10;

/** What the gateway needs. */
export interface GatewayOptions {
  readonly routing: RoutingService;
  readonly registry: BackendRegistry;
  readonly learning: Pick<Learning, "report">;
  readonly events: EventBus;
  readonly limits: AttemptLimits;
  /** Wait before a second candidate is asked beside a silent first one, at most; 0: never. */
  readonly hedgeMs: number;
}

/** Counts of requests since the node started. */
export interface RequestCounts {
  total: number;
  failed: number;
  inFlight: number;
}

interface Running {
  readonly candidate: Candidate;
  readonly attempt: Attempt;
  /** Never rejects, so that a loser's failure is nobody's unhandled rejection. */
  readonly result: Promise<
    | { readonly running: Running; readonly answer: OpenedAnswer }
    | { readonly running: Running; readonly error: unknown }
  >;
}

/** The gateway of this node. */
export class NodeGateway implements Gateway {
  readonly #options: GatewayOptions;
  /** Limits of the requests under way. */
  readonly deadlines: Deadlines = new Deadlines();
  /** Counts of requests since the node started. */
  readonly counts: RequestCounts = { total: 0, failed: 0, inFlight: 0 };

  /** Does no I/O. */
  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  async handle(request: GatewayRequest): Promise<GatewayResponse> {
    this.counts.total++;
    this.counts.inFlight++;
    const { registry, routing } = this.#options;
    let decision: Decision | undefined;
    try {
      const firstLook = registry.firstLook();
      if (firstLook !== undefined) await firstLook;
      decision = routing.decideNow(request.route) ??
        await routing.decide(request.route, { signal: request.signal });
      if (decision.refusal !== undefined) throw refusalError(decision);
      const [first, second] = decision.candidates;
      return first !== undefined && second === undefined
        ? await this.#serveBy(first, request, decision)
        : await this.#serve(request, decision);
    } catch (error) {
      if (decision !== undefined && error instanceof AtmosphereError) {
        error.decision ??= decision.id;
      }
      if (!request.signal.aborted) this.counts.failed++;
      throw error;
    } finally {
      this.counts.inFlight--;
    }
  }

  /** The usual case of a model that was named: there is nobody else to ask. */
  async #serveBy(
    candidate: Candidate,
    request: GatewayRequest,
    decision: Decision,
  ): Promise<GatewayResponse> {
    const startMs = performance.now();
    try {
      const answer = await this.#attempt(candidate, request).opened;
      return this.#respond(decision, { candidate, answer, attempts: 1, startMs });
    } catch (error) {
      if (request.signal.aborted) throw request.signal.reason;
      if (error instanceof BackendError && error.retryable) {
        this.#report(decision, { candidate, error, retried: false });
      }
      throw error;
    }
  }

  async #serve(request: GatewayRequest, decision: Decision): Promise<GatewayResponse> {
    const queue = decision.candidates.slice(0, maxAttempts);
    const running = new Set<Running>();
    const failures: Array<{ candidate: Candidate; error: BackendError }> = [];
    const startMs = performance.now();
    let attempts = 0;

    const startNext = (): boolean => {
      const candidate = queue.shift();
      if (candidate === undefined) return false;
      attempts++;
      running.add(this.#start(candidate, request));
      return true;
    };

    startNext();
    for (;;) {
      const settled = await this.#nextResult(running, queue[0], request);
      if (settled === undefined) {
        startNext();
        continue;
      }
      running.delete(settled.running);
      if ("answer" in settled) {
        for (const loser of running) loser.attempt.abandon();
        const { answer, running: { candidate } } = settled;
        return this.#respond(decision, { candidate, answer, attempts, startMs });
      }
      if (request.signal.aborted) throw request.signal.reason;
      const { candidate } = settled.running;
      if (!(settled.error instanceof BackendError) || !settled.error.retryable) {
        for (const other of running) other.attempt.abandon();
        throw settled.error;
      }
      failures.push({ candidate, error: settled.error });
      const more = startNext() || running.size > 0;
      this.#report(decision, { candidate, error: settled.error, retried: more });
      if (!more) throw exhausted(failures);
    }
  }

  #attempt({ capability }: Candidate, request: GatewayRequest): Attempt {
    const backend = this.#options.registry.backendOf(capability.id);
    if (backend === undefined) {
      const gone = new BackendError("backend_unreachable", `${capability.backend} has just gone`, {
        origin: `backend:${capability.backend}`,
      });
      return { opened: Promise.reject(gone), abandon: () => {} };
    }
    return startAttempt({
      backend,
      capability,
      request,
      load: this.#options.routing.load,
      limits: this.#options.limits,
      deadlines: this.deadlines,
    });
  }

  #start(candidate: Candidate, request: GatewayRequest): Running {
    const attempt = this.#attempt(candidate, request);
    const running: Running = {
      candidate,
      attempt,
      result: attempt.opened.then(
        (answer) => ({ running, answer }),
        (error: unknown) => ({ running, error }),
      ),
    };
    return running;
  }

  /** The next try to settle, or undefined when it is time to ask `next` as well. */
  async #nextResult(
    running: ReadonlySet<Running>,
    next: Candidate | undefined,
    request: GatewayRequest,
  ): Promise<Awaited<Running["result"]> | undefined> {
    const [only] = running;
    const alone = only !== undefined && running.size === 1;
    if (alone && (next === undefined || !this.#mayHedge(next))) return await only.result;
    const results = Array.from(running, ({ result }) => result);
    if (!alone || next === undefined) return await Promise.race(results);
    const { promise: silence, resolve } = Promise.withResolvers<undefined>();
    const silentMs = this.#silenceMs(only.candidate, request);
    const limit = this.deadlines.after(silentMs, () => resolve(undefined));
    try {
      return await Promise.race([...results, silence]);
    } finally {
      limit.cancel();
    }
  }

  /** Only what is idle, well and free of charge is asked unasked. */
  #mayHedge(next: Candidate): boolean {
    const { capability } = next;
    if (this.#options.hedgeMs === 0 || capability.locality === "cloud") return false;
    const load = this.#options.routing.load.get(capability.id);
    return load.inFlight === 0 && load.circuit === "closed";
  }

  #silenceMs(candidate: Candidate, request: GatewayRequest): number {
    const expectedMs = this.#options.routing.load.expectedFirstByteMs(candidate.capability.id);
    const usualMs = expectedMs === undefined ? undefined : expectedMs * silenceFactor;
    const { hedgeMs } = this.#options;
    if (request.stream || request.operation === "embeddings") {
      return Math.min(hedgeMs, Math.max(hedgeMs / 4, usualMs ?? hedgeMs));
    }
    return Math.max(hedgeMs * wholeAnswerFactor, usualMs ?? 0);
  }

  #respond(
    decision: Decision,
    won: { candidate: Candidate; answer: OpenedAnswer; attempts: number; startMs: number },
  ): GatewayResponse {
    const { capability } = won.candidate;
    if (won.attempts > 1) this.#options.routing.served(decision.request, capability.id);
    this.#options.learning.report({
      decision: decision.id,
      capability: capability.id,
      success: true,
      latencyMs: performance.now() - won.startMs,
    });
    this.#options.events.publish({
      type: "request.routed",
      decision: decision.id,
      kind: capability.kind,
      capability: capability.id,
      outcome: decision.outcome,
    });
    const { status, headers, body } = won.answer;
    const how = { status, headers, capability, decision, attempts: won.attempts };
    return body === null || body instanceof Uint8Array
      ? { ...how, body }
      : new StreamedResponse(body, how);
  }

  #report(
    decision: Decision,
    failure: { candidate: Candidate; error: BackendError; retried: boolean },
  ): void {
    const { capability } = failure.candidate;
    this.#options.registry.recheck(capability.backend);
    this.#options.learning.report({
      decision: decision.id,
      capability: capability.id,
      success: false,
    });
    this.#options.events.publish({
      type: "request.failed",
      decision: decision.id,
      capability: capability.id,
      code: failure.error.code,
      retried: failure.retried,
    });
  }
}

/** An answer that is still coming; the stream is made only for those who want one. */
class StreamedResponse implements GatewayResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly source: ByteSource;
  readonly capability: Capability;
  readonly decision: Decision;
  readonly attempts: number;
  #body: ReadableStream<Uint8Array> | undefined;

  constructor(source: ByteSource, how: Omit<GatewayResponse, "body" | "source">) {
    this.status = how.status;
    this.headers = how.headers;
    this.source = source;
    this.capability = how.capability;
    this.decision = how.decision;
    this.attempts = how.attempts;
  }

  get body(): ReadableStream<Uint8Array> {
    return this.#body ??= streamOf(this.source);
  }
}

/** A refusal of the router as the error that the caller gets. */
export function refusalError(decision: Decision): AtmosphereError {
  const refusal = decision.refusal;
  if (refusal === undefined) throw new TypeError(`Decision ${decision.id} is no refusal`);
  const error = new AtmosphereError(refusal.code, refusal.message, {
    hint: refusal.hint,
    param: "model",
    details: { decision: decision.id, suggestions: refusal.suggestions },
  });
  error.decision = decision.id;
  return error;
}

function exhausted(
  failures: ReadonlyArray<{ candidate: Candidate; error: BackendError }>,
): BackendError {
  const last = failures[failures.length - 1];
  if (last === undefined) throw new TypeError("No candidate was tried");
  if (failures.length === 1) return last.error;
  const waits = failures.flatMap(({ error }) => error.retryAfterSeconds ?? []);
  return new BackendError(
    last.error.code,
    `All ${failures.length} candidates failed: ` +
      failures.map(({ candidate, error }) =>
        `${candidate.capability.name} on ${candidate.capability.backend} (${error.message})`
      ).join(", "),
    {
      origin: last.error.origin,
      retryable: false,
      cause: last.error,
      ...(last.error.upstreamStatus === undefined
        ? {}
        : { upstreamStatus: last.error.upstreamStatus }),
      ...(waits.length === 0 ? {} : { retryAfterSeconds: Math.min(...waits) }),
    },
  );
}
