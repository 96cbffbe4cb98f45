/**
 * What a caller wants: the router's input.
 *
 * @module
 */

import type { CapabilityKind } from "./capability.ts";

/** What a capability must support to serve a request. */
export interface RequiredFeatures {
  /** Tool (function) calling. */
  readonly tools?: boolean;
  /** Images as input. */
  readonly vision?: boolean;
  /** Audio as input. */
  readonly audio?: boolean;
  /** Output constrained to JSON. */
  readonly json?: boolean;
  /** Fewest tokens of context that the request needs (prompt and answer). */
  readonly contextTokens?: number;
  /** Exact length of embedding vectors. */
  readonly dimensions?: number;
}

/** What the caller or the owner allows. */
export interface RoutePolicy {
  /** Only capabilities on this machine. */
  readonly localOnly?: boolean;
  /** Nothing outside the mesh: no cloud. */
  readonly meshOnly?: boolean;
  /** Each of these tags must be there. */
  readonly requireTags?: readonly string[];
  /** None of these tags may be there. */
  readonly excludeTags?: readonly string[];
  /** Backends, by id, that may be used; empty or absent means all. */
  readonly backends?: readonly string[];
  /** Most US dollars for a million output tokens. */
  readonly maxCostPerMTok?: number;
  /** Longest expected time to the first byte, in milliseconds. */
  readonly maxLatencyMs?: number;
  /** Regions, as tags `region:XX`, one of which must be there. */
  readonly regions?: readonly string[];
}

/** How the user weighs quality against cost and speed. */
export type Preference = "cost" | "balanced" | "quality";

/** A request as the router sees it. */
export interface RouteRequest {
  /** What is asked for. */
  readonly kind: CapabilityKind;
  /** The kind is only the usual one, so that a route or the text may lead to another. @default false */
  readonly isKindOpen?: boolean;
  /** Why a decision's kind is not the usual one, for people; absent when it is, or was given. */
  readonly kindReason?: string;
  /** Model, route or alias as the caller wrote it; undefined, `auto` and `atmosphere/auto` mean by meaning. */
  readonly model?: string;
  /** The text that states the intent: the last user turn, with what came before when it is short. */
  readonly intent: string;
  /** What must be supported. */
  readonly required: RequiredFeatures;
  /** What is allowed. */
  readonly policy: RoutePolicy;
  /** How quality weighs against cost. @default "balanced" */
  readonly preference?: Preference;
  /** Same for the turns of one conversation, so that a prompt cache is used; undefined when unknown. */
  readonly session?: string;
}

/** Whether `model` asks for routing by meaning. */
export function isAuto(model: string | undefined): boolean {
  return model === undefined || model === "" || model === "auto" || model === "atmosphere/auto";
}
