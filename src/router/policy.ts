/**
 * Policies: the owner's, the route's and the request's, each of which can only narrow.
 *
 * @module
 */

import type { Capability, RoutePolicy } from "../core/mod.ts";

/** A policy with where it came from, for the reason of a rejection. */
export interface SourcedPolicy {
  readonly policy: RoutePolicy;
  /** Such as `the owner's policy` or `the request`. */
  readonly source: string;
}

/** Policies that all hold. A capability must pass every one. */
export type PolicyStack = readonly SourcedPolicy[];

/**
 * Why a capability violates one of the policies, or undefined when it violates none.
 *
 * `expectedMs` is its expected time to the first byte, undefined when nothing is known.
 */
export function policyViolation(
  capability: Capability,
  stack: PolicyStack,
  expectedMs: number | undefined,
): string | undefined {
  for (const { policy, source } of stack) {
    const reason = violation(capability, policy, expectedMs);
    if (reason !== undefined) return `${reason} (${source})`;
  }
  return undefined;
}

/** Whether a policy allows everything. */
export function isOpen(policy: RoutePolicy): boolean {
  for (const key in policy) {
    const value = policy[key as keyof RoutePolicy];
    if (value === undefined || value === false) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    return false;
  }
  return true;
}

function violation(
  capability: Capability,
  policy: RoutePolicy,
  expectedMs: number | undefined,
): string | undefined {
  const { locality, tags } = capability;
  if (policy.localOnly === true && locality !== "embedded" && locality !== "machine") {
    return `only this machine is allowed, ${capability.name} is in the ${place(locality)}`;
  }
  if (policy.meshOnly === true && locality === "cloud") {
    return `nothing outside the mesh is allowed, ${capability.name} is in the cloud`;
  }
  if (policy.backends !== undefined && policy.backends.length > 0) {
    if (!policy.backends.includes(capability.backend)) {
      return `only the backends ${policy.backends.join(", ")} are allowed, ` +
        `${capability.name} is behind ${capability.backend}`;
    }
  }
  for (const tag of policy.requireTags ?? []) {
    if (!tags.includes(tag)) return `needs the tag ${tag}, ${capability.name} has ${list(tags)}`;
  }
  for (const tag of policy.excludeTags ?? []) {
    if (tags.includes(tag)) return `the tag ${tag} is excluded, ${capability.name} has it`;
  }
  if (policy.regions !== undefined && policy.regions.length > 0) {
    if (!policy.regions.some((region) => tags.includes(regionTag(region)))) {
      return `needs one of the regions ${policy.regions.join(", ")}, ` +
        `${capability.name} has ${list(tags.filter((tag) => tag.startsWith("region:")))}`;
    }
  }
  const { outputPerMTok } = capability.cost;
  if (policy.maxCostPerMTok !== undefined && !(outputPerMTok <= policy.maxCostPerMTok)) {
    return `at most ${policy.maxCostPerMTok} USD for a million output tokens is allowed, ` +
      `${capability.name} costs ${outputPerMTok}`;
  }
  if (
    policy.maxLatencyMs !== undefined && expectedMs !== undefined &&
    !(expectedMs <= policy.maxLatencyMs)
  ) {
    return `the first byte may take ${policy.maxLatencyMs} ms, ` +
      `${capability.name} is expected to take ${Math.round(expectedMs)} ms`;
  }
  return undefined;
}

function regionTag(region: string): string {
  return region.startsWith("region:") ? region : `region:${region}`;
}

function place(locality: Capability["locality"]): string {
  return locality === "cloud" ? "cloud" : locality;
}

function list(tags: readonly string[]): string {
  return tags.length === 0 ? "none" : tags.join(", ");
}
