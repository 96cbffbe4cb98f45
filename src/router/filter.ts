/**
 * What makes a capability unable to serve a request, whatever its score.
 *
 * @module
 */

import type { Capability, CapabilityKind, Rejection, RequiredFeatures } from "../core/mod.ts";
import type { WeighedLoad } from "./load_tracker.ts";
import { isOpen, type PolicyStack, type SourcedPolicy, violatedCheck } from "./policy.ts";

/** What a request asks of every candidate. */
export interface Requirements {
  readonly kind: CapabilityKind;
  /** The request's and, where a route matched, the route's, as far as they ask for anything. */
  readonly features: readonly RequiredFeatures[];
  readonly policies: PolicyStack;
}

/** Requirements of `kind` from the parts that ask for anything. */
export function requirementsOf(
  kind: CapabilityKind,
  parts: {
    readonly features: readonly (RequiredFeatures | undefined)[];
    readonly policies: readonly (SourcedPolicy | undefined)[];
  },
): Requirements {
  const features: RequiredFeatures[] = [];
  for (const each of parts.features) if (each !== undefined && asks(each)) features.push(each);
  const policies: SourcedPolicy[] = [];
  for (const each of parts.policies) {
    if (each !== undefined && !isOpen(each.policy)) policies.push(each);
  }
  return { kind, features, policies };
}

function asks(features: RequiredFeatures): boolean {
  for (const key in features) {
    const value = features[key as keyof RequiredFeatures];
    if (value !== undefined && value !== false) return true;
  }
  return false;
}

/** The filter that `capability` fails; undefined when it can serve. Health is judged apart. */
export function failedFilter(
  capability: Capability,
  requirements: Requirements,
  load: WeighedLoad,
): Rejection["filter"] | undefined {
  if (!kindServes(capability, requirements.kind)) return "kind";
  for (const features of requirements.features) {
    const filter = failedFeature(capability, features);
    if (filter !== undefined) return filter;
  }
  for (const { policy } of requirements.policies) {
    if (violatedCheck(capability, policy, load.weighedTtfbMs) !== undefined) return "policy";
  }
  return undefined;
}

/** The rejection of a capability that fails a filter, with the reason in words. */
export function rejectionOf(
  capability: Capability,
  requirements: Requirements,
  load: WeighedLoad,
): Rejection | undefined {
  const filter = failedFilter(capability, requirements, load);
  if (filter === undefined) return undefined;
  const { id, name, kind } = capability;
  const reason = filter === "kind"
    ? `needs ${requirements.kind}, ${name} is ${kind}`
    : filter === "policy"
    ? policyReason(capability, requirements.policies, load)
    : featureReason(capability, requirements.features);
  return { capability: id, name, filter, reason };
}

/** Whether a capability of its kind can do what a request of `kind` asks. */
export function kindServes(capability: Capability, kind: CapabilityKind): boolean {
  if (capability.kind === kind) return true;
  if (kind === "vision/analyze") {
    return capability.kind === "llm/chat" && capability.features.vision === true;
  }
  return kind.endsWith("/*") && capability.kind.startsWith(kind.slice(0, -1));
}

const flags = ["tools", "vision", "audio", "json"] as const;

const flagNames = {
  tools: "tool calling",
  vision: "vision",
  audio: "audio input",
  json: "JSON output",
} as const;

/** Needed features that `capability` does not tell about, in words. */
export function unknownFeatures(
  capability: Capability,
  required: readonly RequiredFeatures[],
): string[] {
  const unknown = new Set<string>();
  for (const features of required) {
    for (const flag of flags) {
      if (features[flag] === true && capability.features[flag] === undefined) {
        unknown.add(flagNames[flag]);
      }
    }
    if (features.contextTokens !== undefined && capability.features.contextTokens === undefined) {
      unknown.add("context length");
    }
    if (features.dimensions !== undefined && capability.features.dimensions === undefined) {
      unknown.add("dimensions");
    }
  }
  return [...unknown];
}

/** How many needed features `capability` does not tell about; allocates nothing. */
export function countUnknownFeatures(
  capability: Capability,
  required: readonly RequiredFeatures[],
): number {
  const has = capability.features;
  let count = 0;
  for (const needs of required) {
    if (needs.tools === true && has.tools === undefined) count++;
    if (needs.vision === true && has.vision === undefined) count++;
    if (needs.audio === true && has.audio === undefined) count++;
    if (needs.json === true && has.json === undefined) count++;
    if (needs.contextTokens !== undefined && has.contextTokens === undefined) count++;
    if (needs.dimensions !== undefined && has.dimensions === undefined) count++;
  }
  return count;
}

function failedFeature(
  capability: Capability,
  needs: RequiredFeatures,
): "feature" | "context" | undefined {
  const has = capability.features;
  if (needs.tools === true && has.tools === false) return "feature";
  if (needs.vision === true && has.vision === false) return "feature";
  if (needs.audio === true && has.audio === false) return "feature";
  if (needs.json === true && has.json === false) return "feature";
  if (lacksDimensions(needs, has)) return "feature";
  if (lacksContext(needs, has)) return "context";
  return undefined;
}

function lacksDimensions(needs: RequiredFeatures, has: Capability["features"]): boolean {
  return needs.dimensions !== undefined && has.dimensions !== undefined &&
    needs.dimensions !== has.dimensions;
}

function lacksContext(needs: RequiredFeatures, has: Capability["features"]): boolean {
  return needs.contextTokens !== undefined && has.contextTokens !== undefined &&
    needs.contextTokens > has.contextTokens;
}

function featureReason(capability: Capability, required: readonly RequiredFeatures[]): string {
  const { name, features: has } = capability;
  for (const needs of required) {
    for (const flag of flags) {
      if (needs[flag] === true && has[flag] === false) {
        return `needs ${flagNames[flag]}, ${name} has none`;
      }
    }
    if (lacksDimensions(needs, has)) {
      return `needs vectors of ${needs.dimensions} dimensions, ${name} makes ${has.dimensions}`;
    }
    if (lacksContext(needs, has)) {
      return `needs ${needs.contextTokens} tokens of context, ${name} has ${has.contextTokens}`;
    }
  }
  return "";
}

function policyReason(capability: Capability, policies: PolicyStack, load: WeighedLoad): string {
  for (const { policy, source } of policies) {
    const check = violatedCheck(capability, policy, load.weighedTtfbMs);
    if (check !== undefined) {
      return `${check.reason(capability, policy, load.weighedTtfbMs)} (by ${source})`;
    }
  }
  return "";
}
