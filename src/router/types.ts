/**
 * The router's surface.
 *
 * @module
 */

import type { Alias, Clock, Decision, Preference, RoutePolicy, RouteRequest } from "../core/mod.ts";
import type { IndexedCapability } from "./capability_index.ts";
import type { RouteClassifier } from "./classifier.ts";
import type { Experience } from "./experience.ts";
import type { IntentReader } from "./intent_estimate.ts";
import type { LoadTracker } from "./load_tracker.ts";
import type { IndexedRoute } from "./route_index.ts";

/** What the owner sets. */
export interface RouterSettings {
  readonly preference: Preference;
  /** Overrides of the constants, by name. */
  readonly constants: Readonly<Record<string, number>>;
  /** Holds for every request; a request's own policy only narrows it. */
  readonly policy: RoutePolicy;
}

/** Options of `createRouter`. */
export interface RouterOptions {
  readonly settings: RouterSettings;
  readonly clock: Clock;
  /** Peer id of this node. */
  readonly nodeId: string;
  /** Uniform in [0, 1), for the jitter of the circuit breakers. @default Math.random */
  readonly random?: () => number;
}

/** What a decision is made with beside the request. */
export interface DecideContext {
  /** Unit vector of the intent; undefined: decide by wording and the other factors. */
  readonly vector?: Float32Array;
  /** What the learned model over the routes is asked with. @default the vector */
  readonly features?: Float32Array;
  /** Whether every candidate and every rejection is wanted. Leaves no trace in the memory. */
  readonly explain?: boolean;
  /** Where the vector came from. @default "none", or "unavailable" where one is missing */
  readonly embedding?: Decision["embedding"];
  readonly embedMs?: number;
}

/** How a request went that a decision was made for. */
export interface ReportedOutcome {
  /** Id of the decision; an unknown or forgotten one teaches nothing of its kind of intent. */
  readonly decision: string;
  /** Id of the capability that answered; the decision's first candidate where absent. */
  readonly capability?: string;
  /** Whether an answer came. */
  readonly success?: boolean;
  /** What a person thought of the answer, from -1 (bad) to 1 (good). */
  readonly rating?: number;
  /** Time to the first byte in milliseconds. */
  readonly latencyMs?: number;
}

/** Decides which capability serves a request. No I/O; same state and input, same output. */
export interface Router {
  /** In-flight counts, times and circuit breakers; whoever sends requests tells it. */
  readonly load: LoadTracker;
  /** What past outcomes say; store its `toJSON()` and give it back to `load()`. */
  readonly experience: Experience;
  /** Replaces the capabilities. */
  setCapabilities(list: readonly IndexedCapability[]): void;
  /** Replaces the user's routes. */
  setRoutes(list: readonly IndexedRoute[]): void;
  /** Replaces the aliases. */
  setAliases(aliases: readonly Alias[]): void;
  /** Sets the learned model over the routes; undefined: the cosine floor decides. */
  setIntentModel(model: RouteClassifier | undefined): void;
  /** Sets who tells what an intent asks for; before, models are not weighed by it. */
  setIntentReader(reader: IntentReader): void;
  /** Whether a decision on `request` gets better with the intent's vector. */
  needsMeaning(request: RouteRequest): boolean;
  /** Decides. Never throws for what a request holds: a refusal is a decision. */
  decide(request: RouteRequest, context?: DecideContext): Decision;
  /** Tells that `capability`, by id, served the request, where that is not the first candidate. */
  served(request: RouteRequest, capability: string): void;
  /**
   * Learns from how a request went. Returns false when the decision is no longer remembered and
   * no capability is named, so that nothing was learned.
   */
  learn(outcome: ReportedOutcome): boolean;
}
