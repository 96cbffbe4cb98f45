/**
 * The router's answer.
 *
 * @module
 */

import type { Capability } from "./capability.ts";
import type { ErrorCode } from "./errors.ts";
import type { RouteRequest } from "./intent.ts";

/** One reason in a score. The score of a candidate is the product of its factors' values. */
export interface Factor {
  /** Name of the factor, such as `meaning`, `speciality`, `latency`, `cost`. */
  readonly name: string;
  /** Multiplier; 1 is neutral. */
  readonly value: number;
  /** Smallest and largest value that the factor can take. */
  readonly range: readonly [min: number, max: number];
  /** What it was computed from, for people: `cosine 0.41 to "write code"`. */
  readonly detail: string;
}

/** A capability that can serve the request, with its score explained. */
export interface Candidate {
  /** The capability. */
  readonly capability: Capability;
  /** Product of the factors' values; comparable within one decision only. */
  readonly score: number;
  /** Every reason in the score. */
  readonly factors: readonly Factor[];
}

/** A capability that can't serve the request, and why. */
export interface Rejection {
  /** Id of the capability. */
  readonly capability: string;
  /** Name of the capability. */
  readonly name: string;
  /** The filter that it failed: `kind`, `feature`, `context`, `policy`, `health`, `target`. */
  readonly filter: string;
  /** For people: `needs vision, llama3.2:3b has none`. */
  readonly reason: string;
}

/** How a decision was reached. */
export type DecisionOutcome =
  /** The caller named it. */
  | "explicit"
  /** One of the user's routes matched. */
  | "route"
  /** By meaning of the intent. */
  | "meaning"
  /** The conversation stays where it is. */
  | "affinity"
  /** Nothing can serve it. */
  | "refused";

/** The user route that matched, or came nearest. */
export interface RouteMatch {
  /** Name of the route. */
  readonly name: string;
  /** 0 to 1. */
  readonly score: number;
  /** Least score at which the route is taken. */
  readonly threshold: number;
  /** The utterances or n-grams that decided, best first. */
  readonly evidence: readonly string[];
}

/** Why nothing can serve a request. */
export interface Refusal {
  /** Code of the error that a caller gets. */
  readonly code: Extract<
    ErrorCode,
    "no_capability" | "model_not_found" | "context_too_long" | "backend_unreachable"
  >;
  /** What was looked for and where. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Names that are near to the one asked for. */
  readonly suggestions: readonly string[];
}

/** Ranked candidates with every factor of every score, or a reasoned refusal. */
export interface Decision {
  /** Identifies the decision in headers, events and logs. */
  readonly id: string;
  /** How it was reached. */
  readonly outcome: DecisionOutcome;
  /** What was asked. */
  readonly request: RouteRequest;
  /** Best first; empty when refused. */
  readonly candidates: readonly Candidate[];
  /** Filled when an explanation was asked for, and when refused. */
  readonly rejected: readonly Rejection[];
  /** The user route that matched, or came nearest. */
  readonly route?: RouteMatch;
  /** Why nothing can serve the request; absent when something can. */
  readonly refusal?: Refusal;
  /** Where the intent's vector came from. */
  readonly embedding: "none" | "cache" | "near-duplicate" | "computed" | "unavailable";
  /** Milliseconds to embed the intent. */
  readonly embedMs: number;
  /** Milliseconds to decide, embedding excluded. */
  readonly decideMs: number;
}
