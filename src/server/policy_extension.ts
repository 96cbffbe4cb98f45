/**
 * What a request says to the router beside its protocol: the `atmosphere` field of the body, and the
 * headers `x-atmosphere-policy`, `x-atmosphere-preference` and `x-atmosphere-session`.
 *
 * @module
 */

import { AtmosphereError, type Preference, type RoutePolicy } from "../core/mod.ts";
import {
  type Fields,
  optionalBoolean,
  optionalChoice,
  optionalNumber,
  optionalObject,
  optionalString,
  optionalStrings,
  wrongType,
} from "./fields.ts";

/** The field of a body that is for this node, and is never sent on. */
export const extensionField = "atmosphere";

const preferences: readonly Preference[] = ["cost", "balanced", "quality"];
const noPolicy: RoutePolicy = {};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a request says to the router. */
export interface Extension {
  readonly policy: RoutePolicy;
  readonly preference?: Preference;
  readonly session?: string;
}

/** Reads the extension of a request. Throws `invalid_request`. */
export function readExtension(body: Fields, headers: Headers): Extension {
  const extension = optionalObject(body[extensionField], extensionField);
  const policyHeader = headers.get("x-atmosphere-policy");
  const preferenceHeader = headers.get("x-atmosphere-preference") ?? undefined;
  const sessionHeader = headers.get("x-atmosphere-session") ?? undefined;
  if (extension === undefined && policyHeader === null && preferenceHeader === undefined) {
    return sessionHeader === undefined
      ? { policy: noPolicy }
      : { policy: noPolicy, session: sessionHeader };
  }
  const { policy, preference, session, ...unknown } = extension ?? {};
  refuseUnknown(unknown, extensionField, ["policy", "preference", "session"]);
  const chosen = optionalChoice(preference, "atmosphere.preference", preferences) ??
    optionalChoice(preferenceHeader, "x-atmosphere-preference", preferences);
  const named = optionalString(session, "atmosphere.session") ?? sessionHeader;
  return {
    policy: narrow(
      policyHeader === null ? noPolicy : parsePolicyHeader(policyHeader),
      readPolicy(policy, "atmosphere.policy"),
    ),
    ...(chosen === undefined ? {} : { preference: chosen }),
    ...(named === undefined ? {} : { session: named }),
  };
}

/** A preference of a native request. */
export function readPreference(value: unknown, name: string): Preference | undefined {
  return optionalChoice(value, name, preferences);
}

/** A policy in JSON. Throws `invalid_request` for a field that no policy has: it may not be ignored. */
export function readPolicy(value: unknown, name: string): RoutePolicy {
  const fields = optionalObject(value, name);
  if (fields === undefined) return noPolicy;
  const {
    localOnly,
    meshOnly,
    requireTags,
    excludeTags,
    backends,
    maxCostPerMTok,
    maxLatencyMs,
    regions,
    ...unknown
  } = fields;
  refuseUnknown(unknown, name, [
    "localOnly",
    "meshOnly",
    "requireTags",
    "excludeTags",
    "backends",
    "maxCostPerMTok",
    "maxLatencyMs",
    "regions",
  ]);
  return defined({
    localOnly: optionalBoolean(localOnly, `${name}.localOnly`),
    meshOnly: optionalBoolean(meshOnly, `${name}.meshOnly`),
    requireTags: optionalStrings(requireTags, `${name}.requireTags`),
    excludeTags: optionalStrings(excludeTags, `${name}.excludeTags`),
    backends: optionalStrings(backends, `${name}.backends`),
    maxCostPerMTok: optionalNumber(maxCostPerMTok, `${name}.maxCostPerMTok`),
    maxLatencyMs: optionalNumber(maxLatencyMs, `${name}.maxLatencyMs`),
    regions: optionalStrings(regions, `${name}.regions`),
  });
}

/** `local-only, exclude-tag=slow, max-cost=2` as a policy. Throws `invalid_request`. */
function parsePolicyHeader(header: string): RoutePolicy {
  const policy: Mutable<RoutePolicy> = {};
  for (const part of header.split(",").map((p) => p.trim()).filter((p) => p !== "")) {
    const equals = part.indexOf("=");
    const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase();
    const value = equals === -1 ? undefined : part.slice(equals + 1).trim();
    switch (value === undefined || value === "" ? `${name} alone` : name) {
      case "local-only alone":
        policy.localOnly = true;
        break;
      case "mesh-only alone":
        policy.meshOnly = true;
        break;
      case "require-tag":
        policy.requireTags = [...policy.requireTags ?? [], value ?? ""];
        break;
      case "exclude-tag":
        policy.excludeTags = [...policy.excludeTags ?? [], value ?? ""];
        break;
      case "backend":
        policy.backends = [...policy.backends ?? [], value ?? ""];
        break;
      case "region":
        policy.regions = [...policy.regions ?? [], value ?? ""];
        break;
      case "max-cost":
        policy.maxCostPerMTok = headerNumber(part, value);
        break;
      case "max-latency":
        policy.maxLatencyMs = headerNumber(part, value);
        break;
      default:
        throw new AtmosphereError("invalid_request", `x-atmosphere-policy has no part "${part}"`, {
          param: "x-atmosphere-policy",
          hint: "It takes local-only, mesh-only, require-tag=, exclude-tag=, backend=, region=, " +
            "max-cost=, max-latency=",
        });
    }
  }
  return policy;
}

function headerNumber(part: string, value: string | undefined): number {
  const parsed = Number(value);
  if (Number.isFinite(parsed) && parsed >= 0) return parsed;
  throw wrongType("x-atmosphere-policy", "a number of at least 0 after the =", part);
}

/** What both policies allow. Throws `invalid_request` when that is nothing. */
export function narrow(a: RoutePolicy, b: RoutePolicy): RoutePolicy {
  if (a === noPolicy) return b;
  if (b === noPolicy) return a;
  return defined({
    localOnly: a.localOnly || b.localOnly || undefined,
    meshOnly: a.meshOnly || b.meshOnly || undefined,
    requireTags: union(a.requireTags, b.requireTags),
    excludeTags: union(a.excludeTags, b.excludeTags),
    backends: intersection(a.backends, b.backends, "backends"),
    regions: intersection(a.regions, b.regions, "regions"),
    maxCostPerMTok: least(a.maxCostPerMTok, b.maxCostPerMTok),
    maxLatencyMs: least(a.maxLatencyMs, b.maxLatencyMs),
  });
}

function union(a: readonly string[] = [], b: readonly string[] = []): string[] | undefined {
  return a.length + b.length === 0 ? undefined : [...new Set([...a, ...b])];
}

/** An empty list would mean "all", hence the error. */
function intersection(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
  what: string,
): readonly string[] | undefined {
  if (a === undefined || a.length === 0) return b;
  if (b === undefined || b.length === 0) return a;
  const both = a.filter((item) => b.includes(item));
  if (both.length > 0) return both;
  throw new AtmosphereError(
    "invalid_request",
    `x-atmosphere-policy and "atmosphere.policy" have none of their ${what} in common`,
    { param: `atmosphere.policy.${what}` },
  );
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

function refuseUnknown(rest: Fields, name: string, known: readonly string[]): void {
  const [first] = Object.keys(rest);
  if (first === undefined) return;
  throw new AtmosphereError("invalid_request", `"${name}" has no field "${first}"`, {
    param: `${name}.${first}`,
    hint: `It takes ${known.join(", ")}`,
  });
}

/** Drops the fields that are undefined. */
export function defined<T extends object>(
  fields: { [K in keyof T]: T[K] | undefined },
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
