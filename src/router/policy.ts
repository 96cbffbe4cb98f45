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

/** One line of a policy; telling whether it is violated allocates nothing. */
export interface PolicyCheck {
  /** Whether `capability` violates it. `expectedMs`: its first byte; undefined: not known. */
  readonly violated: (
    capability: Capability,
    policy: RoutePolicy,
    expectedMs: number | undefined,
  ) => boolean;
  /** Why, when it does. */
  readonly reason: (
    capability: Capability,
    policy: RoutePolicy,
    expectedMs: number | undefined,
  ) => string;
}

const checks: readonly PolicyCheck[] = [
  {
    violated: ({ locality }, { localOnly }) =>
      localOnly === true && locality !== "embedded" && locality !== "machine",
    reason: ({ name, locality }) =>
      `only this machine is allowed, ${name} is in the ${
        locality === "network" ? "local network" : locality
      }`,
  },
  {
    violated: ({ locality }, { meshOnly }) => meshOnly === true && locality === "cloud",
    reason: ({ name }) => `nothing outside the mesh is allowed, ${name} is in the cloud`,
  },
  {
    violated: ({ backend }, { backends }) =>
      backends !== undefined && backends.length > 0 && !backends.includes(backend),
    reason: ({ name, backend }, { backends }) =>
      `only the backends ${backends?.join(", ")} are allowed, ${name} is behind ${backend}`,
  },
  {
    violated: ({ tags }, { requireTags }) => {
      if (requireTags === undefined) return false;
      for (const tag of requireTags) if (!tags.includes(tag)) return true;
      return false;
    },
    reason: ({ name, tags }, { requireTags }) =>
      `needs the tags ${requireTags?.join(", ")}, ${name} has ${listed(tags)}`,
  },
  {
    violated: ({ tags }, { excludeTags }) => {
      if (excludeTags === undefined) return false;
      for (const tag of excludeTags) if (tags.includes(tag)) return true;
      return false;
    },
    reason: ({ name, tags }, { excludeTags }) =>
      `the tags ${excludeTags?.join(", ")} are excluded, ${name} has ${listed(tags)}`,
  },
  {
    violated: ({ tags }, { regions }) => {
      if (regions === undefined || regions.length === 0) return false;
      for (const tag of tags) if (isRegion(tag) && regions.includes(tag.slice(7))) return false;
      for (const region of regions) if (isRegion(region) && tags.includes(region)) return false;
      return true;
    },
    reason: ({ name, tags }, { regions }) =>
      `needs one of the regions ${regions?.join(", ")}, ${name} has ${
        listed(tags.filter(isRegion))
      }`,
  },
  {
    violated: ({ cost }, { maxCostPerMTok }) =>
      maxCostPerMTok !== undefined && !(cost.outputPerMTok <= maxCostPerMTok),
    reason: ({ name, cost }, { maxCostPerMTok }) =>
      `at most ${maxCostPerMTok} USD for a million output tokens is allowed, ` +
      `${name} costs ${cost.outputPerMTok}`,
  },
  {
    violated: (_, { maxLatencyMs }, expectedMs) =>
      maxLatencyMs !== undefined && expectedMs !== undefined && !(expectedMs <= maxLatencyMs),
    reason: ({ name }, { maxLatencyMs }, expectedMs) =>
      `the first byte may take ${maxLatencyMs} ms, ` +
      `${name} is expected to take ${Math.round(expectedMs ?? 0)} ms`,
  },
];

/** The check that `capability` violates under `policy`; undefined when it violates none. */
export function violatedCheck(
  capability: Capability,
  policy: RoutePolicy,
  expectedMs: number | undefined,
): PolicyCheck | undefined {
  for (const check of checks) {
    if (check.violated(capability, policy, expectedMs)) return check;
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

function isRegion(tag: string): boolean {
  return tag.startsWith("region:");
}

function listed(tags: readonly string[]): string {
  return tags.length === 0 ? "none" : tags.join(", ");
}
