/**
 * The live state of every capability, as this node sees it from its own requests.
 *
 * @module
 */

import type { CapabilityLoad, Clock } from "../core/mod.ts";
import { idleLoad } from "../core/mod.ts";
import { type Constants, resolveConstants } from "./constants.ts";

/** Options of {@linkcode LoadTracker}. */
export interface LoadTrackerOptions {
  readonly clock: Clock;
  /** The router's constants. @default the table's values */
  readonly constants?: Constants;
  /** Uniform in [0, 1), for the jitter of the pauses. @default Math.random */
  readonly random?: () => number;
}

/** The load as the router weighs it. */
export interface WeighedLoad extends CapabilityLoad {
  /**
   * `ttfbMs` decayed since it was measured, so that a capability that was slow once, and is not
   * chosen for it, gets another chance.
   */
  weighedTtfbMs: number | undefined;
}

/** State of one capability, owned by the tracker; all times are monotonic milliseconds. */
export class LoadState {
  /** Whether anything was ever told of it; false: idle, nothing known. */
  touched = false;
  inFlight = 0;
  queueDepth = 0;
  ttfbMs: number | undefined;
  tokensPerSecond: number | undefined;
  latencyAtMs = 0;
  failureRate = 0;
  failureAtMs = 0;
  failuresInRow = 0;
  loaded: boolean | undefined;
  /** When an open circuit becomes half-open; undefined: closed. */
  openUntilMs: number | undefined;
  /** How often in a row the circuit opened; doubles the pause. */
  opened = 0;
  probes = 0;
}

/**
 * Counts requests under way, averages times and failures, and keeps a circuit breaker, each by the
 * id of a capability. Averages decay with time, so that an old trouble is forgotten.
 */
export class LoadTracker {
  readonly #states = new Map<string, LoadState>();
  readonly #clock: Clock;
  readonly #constants: Constants;
  readonly #random: () => number;

  /** Does no I/O. */
  constructor(options: LoadTrackerOptions) {
    this.#clock = options.clock;
    this.#constants = options.constants ?? resolveConstants();
    this.#random = options.random ?? Math.random;
  }

  /** A request goes out to `id`. Settle it with exactly one of `end`, `fail` and `cancel`. */
  begin(id: string): void {
    const state = this.#state(id);
    if (this.#circuit(state) === "half-open") state.probes++;
    state.inFlight++;
  }

  /** The first byte of an answer came `ms` after the request. */
  firstByte(id: string, ms: number): void {
    const state = this.#state(id);
    const sample = Math.min(Math.max(0, ms), this.#constants.latencyMaxMs);
    if (!Number.isFinite(sample)) return;
    state.ttfbMs = state.ttfbMs === undefined
      ? sample
      : state.ttfbMs + this.#constants.latencyAlpha * (sample - state.ttfbMs);
    state.latencyAtMs = this.#clock.monotonic();
    state.loaded = state.loaded === undefined ? undefined : true;
  }

  /** The answer is complete. */
  end(id: string, result: { outputTokens?: number; totalMs: number }): void {
    const state = this.#settle(id);
    const { outputTokens, totalMs } = result;
    if (outputTokens !== undefined && outputTokens > 1 && totalMs > 0) {
      const sample = outputTokens * 1000 / totalMs;
      state.tokensPerSecond = state.tokensPerSecond === undefined
        ? sample
        : state.tokensPerSecond + this.#constants.latencyAlpha * (sample - state.tokensPerSecond);
    }
    this.#recordOutcome(state, 0);
    state.failuresInRow = 0;
    state.openUntilMs = undefined;
    state.opened = 0;
  }

  /** The request failed by the backend's fault. `retryAfterSeconds` as it asked. */
  fail(id: string, options: { retryAfterSeconds?: number } = {}): void {
    const state = this.#state(id);
    const circuit = this.#circuit(state);
    this.#settle(id);
    this.#recordOutcome(state, 1);
    state.failuresInRow++;
    if (circuit === "half-open" || state.failuresInRow >= this.#constants.circuitFailures) {
      this.#open(state);
    }
    const { retryAfterSeconds } = options;
    if (retryAfterSeconds !== undefined && retryAfterSeconds > 0) {
      const until = this.#clock.monotonic() +
        Math.min(retryAfterSeconds * 1000, this.#constants.retryAfterMaxMs);
      state.openUntilMs = Math.max(state.openUntilMs ?? 0, until);
    }
  }

  /** The request ended by nobody's fault: the caller went away, or another candidate won. */
  cancel(id: string): void {
    this.#settle(id);
  }

  /** Tells whether the model is in memory; undefined when the engine does not say. */
  setLoaded(id: string, loaded: boolean | undefined): void {
    this.#state(id).loaded = loaded;
  }

  /** Tells how many requests wait at the backend. */
  setQueueDepth(id: string, depth: number): void {
    this.#state(id).queueDepth = Math.max(0, Math.trunc(depth) || 0);
  }

  /** The state of `id` now. */
  get(id: string): CapabilityLoad {
    const weighed = { ...idleLoad(), weighedTtfbMs: undefined };
    const state = this.#states.get(id);
    if (state !== undefined) this.readState(state, weighed);
    const { weighedTtfbMs: _, ...load } = weighed;
    return load;
  }

  /** The state of `id`, to be read again and again by `readState`; made when there is none. */
  stateOf(id: string): LoadState {
    let state = this.#states.get(id);
    if (state === undefined) this.#states.set(id, state = new LoadState());
    return state;
  }

  /** Writes `state` as it is now into `into`, so that a hot loop allocates nothing. */
  readState(state: LoadState, into: WeighedLoad): void {
    if (!state.touched) {
      into.inFlight = 0;
      into.queueDepth = 0;
      into.ttfbMs = undefined;
      into.weighedTtfbMs = undefined;
      into.tokensPerSecond = undefined;
      into.failureRate = 0;
      into.loaded = undefined;
      into.circuit = "closed";
      return;
    }
    into.inFlight = state.inFlight;
    into.queueDepth = state.queueDepth;
    into.ttfbMs = state.ttfbMs;
    into.weighedTtfbMs = this.#weighedLatency(state);
    into.tokensPerSecond = state.tokensPerSecond;
    into.failureRate = this.#failureRate(state);
    into.loaded = state.loaded;
    into.circuit = this.#circuit(state);
  }

  /**
   * How long the first byte of `id` is expected to take, in milliseconds: the average, times the
   * requests that are before it. Undefined before the first answer.
   */
  expectedFirstByteMs(id: string): number | undefined {
    const state = this.#states.get(id);
    if (state?.ttfbMs === undefined) return undefined;
    const waiting = state.inFlight + state.queueDepth;
    return state.ttfbMs * (1 + this.#constants.loadPerRequest * waiting);
  }

  /** Milliseconds until an open circuit of `id` may be probed; 0 when it may be used now. */
  retryInMs(id: string): number {
    const until = this.#states.get(id)?.openUntilMs;
    return until === undefined ? 0 : Math.max(0, until - this.#clock.monotonic());
  }

  /** Whether a request may go there now: the circuit is closed, or half-open with a free probe. */
  admits(state: LoadState): boolean {
    if (!state.touched) return true;
    const circuit = this.#circuit(state);
    if (circuit === "closed") return true;
    return circuit === "half-open" && state.probes < this.#constants.circuitProbes;
  }

  /** Forgets what is not in `ids` and has no request under way. */
  retain(ids: ReadonlySet<string>): void {
    for (const [id, state] of this.#states) {
      if (!ids.has(id) && state.inFlight === 0) this.#states.delete(id);
    }
  }

  #state(id: string): LoadState {
    const state = this.stateOf(id);
    state.touched = true;
    return state;
  }

  #settle(id: string): LoadState {
    const state = this.#state(id);
    state.inFlight = Math.max(0, state.inFlight - 1);
    state.probes = Math.max(0, state.probes - 1);
    return state;
  }

  #circuit(state: LoadState): CapabilityLoad["circuit"] {
    if (state.openUntilMs === undefined) return "closed";
    return this.#clock.monotonic() < state.openUntilMs ? "open" : "half-open";
  }

  #open(state: LoadState): void {
    const { circuitBaseMs, circuitMaxMs, circuitJitter } = this.#constants;
    const pause = Math.min(circuitMaxMs, circuitBaseMs * 2 ** Math.min(state.opened, 30));
    const spread = 1 + circuitJitter * (2 * this.#random() - 1);
    state.opened++;
    state.openUntilMs = this.#clock.monotonic() + pause * spread;
  }

  #recordOutcome(state: LoadState, failed: 0 | 1): void {
    const rate = this.#failureRate(state);
    state.failureRate = rate + this.#constants.failureAlpha * (failed - rate);
    state.failureAtMs = this.#clock.monotonic();
  }

  #failureRate(state: LoadState): number {
    if (state.failureRate === 0) return 0;
    const ageMs = this.#clock.monotonic() - state.failureAtMs;
    return state.failureRate * halved(ageMs, this.#constants.failureHalfLifeSeconds);
  }

  #weighedLatency(state: LoadState): number | undefined {
    if (state.ttfbMs === undefined) return undefined;
    const ageMs = this.#clock.monotonic() - state.latencyAtMs;
    return state.ttfbMs * halved(ageMs, this.#constants.latencyHalfLifeSeconds);
  }
}

function halved(ageMs: number, halfLifeSeconds: number): number {
  return 2 ** (-Math.max(0, ageMs) / (halfLifeSeconds * 1000));
}
