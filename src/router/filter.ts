/**
 * What makes a capability unable to serve a request, whatever its score.
 *
 * @module
 */

import type { Capability, CapabilityKind, Rejection, RequiredFeatures } from "../core/mod.ts";
import type { WeighedLoad } from "./load_tracker.ts";
import { type PolicyStack, policyViolation } from "./policy.ts";

/** What a request asks of every candidate. */
export interface Requirements {
  readonly kind: CapabilityKind;
  /** The request's and, where a route matched, the route's; all hold. */
  readonly features: readonly RequiredFeatures[];
  readonly policies: PolicyStack;
}

/** A filter that a capability failed, with the reason for people. */
export type Failure = Pick<Rejection, "filter" | "reason">;

/** Why `capability` can't serve, or undefined when it can; health is judged apart. */
export function rejectionOf(
  capability: Capability,
  requirements: Requirements,
  load: WeighedLoad,
): Failure | undefined {
  if (!kindServes(capability, requirements.kind)) {
    return {
      filter: "kind",
      reason: `needs ${requirements.kind}, ${capability.name} is ${capability.kind}`,
    };
  }
  for (const features of requirements.features) {
    const failure = featureFailure(capability, features);
    if (failure !== undefined) return failure;
  }
  const violation = policyViolation(capability, requirements.policies, load.weighedTtfbMs);
  return violation === undefined ? undefined : { filter: "policy", reason: violation };
}

/** Whether a capability of its kind can do what a request of `kind` asks. */
export function kindServes(capability: Capability, kind: CapabilityKind): boolean {
  if (capability.kind === kind) return true;
  if (kind === "vision/analyze") {
    return capability.kind === "llm/chat" && capability.features.vision === true;
  }
  return kind.endsWith("/*") && capability.kind.startsWith(kind.slice(0, -1));
}

/** Needed features that `capability` does not tell about. */
export function unknownFeatures(
  capability: Capability,
  required: readonly RequiredFeatures[],
): string[] {
  const unknown: string[] = [];
  for (const features of required) {
    for (const name of flags) {
      if (features[name] === true && capability.features[name] === undefined) unknown.push(name);
    }
    if (features.contextTokens !== undefined && capability.features.contextTokens === undefined) {
      unknown.push("context length");
    }
    if (features.dimensions !== undefined && capability.features.dimensions === undefined) {
      unknown.push("dimensions");
    }
  }
  return unknown;
}

/** How many needed features `capability` does not tell about; as above, without allocating. */
export function countUnknownFeatures(
  capability: Capability,
  required: readonly RequiredFeatures[],
): number {
  const has = capability.features;
  let count = 0;
  for (const features of required) {
    if (features.tools === true && has.tools === undefined) count++;
    if (features.vision === true && has.vision === undefined) count++;
    if (features.audio === true && has.audio === undefined) count++;
    if (features.json === true && has.json === undefined) count++;
    if (features.contextTokens !== undefined && has.contextTokens === undefined) count++;
    if (features.dimensions !== undefined && has.dimensions === undefined) count++;
  }
  return count;
}

const flags = ["tools", "vision", "audio", "json"] as const;

const flagNames = {
  tools: "tool calling",
  vision: "vision",
  audio: "audio input",
  json: "JSON output",
} as const;

function featureFailure(capability: Capability, required: RequiredFeatures): Failure | undefined {
  const { name, features } = capability;
  for (const flag of flags) {
    if (required[flag] === true && features[flag] === false) {
      return { filter: "feature", reason: `needs ${flagNames[flag]}, ${name} has none` };
    }
  }
  const { dimensions, contextTokens } = required;
  if (dimensions !== undefined && features.dimensions !== undefined) {
    if (dimensions !== features.dimensions) {
      return {
        filter: "feature",
        reason: `needs vectors of ${dimensions} dimensions, ${name} makes ${features.dimensions}`,
      };
    }
  }
  if (contextTokens !== undefined && features.contextTokens !== undefined) {
    if (contextTokens > features.contextTokens) {
      return {
        filter: "context",
        reason: `needs ${contextTokens} tokens of context, ${name} has ${features.contextTokens}`,
      };
    }
  }
  return undefined;
}
