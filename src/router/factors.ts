/**
 * The factors of a score. A score is their product; each is computed from one thing and has a
 * stated range.
 *
 * @module
 */

import type { Preference } from "../core/mod.ts";
import type { Constants } from "./constants.ts";
import type { WeighedLoad } from "./load_tracker.ts";

/** The factors, in the order in which they are computed and shown. */
export const factorNames = [
  "meaning",
  "speciality",
  "quality",
  "features",
  "load",
  "latency",
  "speed",
  "warmth",
  "reliability",
  "cost",
  "locality",
  "experience",
  "affinity",
  "hysteresis",
] as const;

/** Position of each factor among the values of a score. */
export const factorIndex: Readonly<Record<FactorName, number>> = Object.fromEntries(
  factorNames.map((name, i) => [name, i]),
) as Record<FactorName, number>;

/** Name of a factor. */
export type FactorName = (typeof factorNames)[number];

/** Smallest and largest value of a factor under `c`. */
export function factorRange(name: FactorName, c: Constants): readonly [min: number, max: number] {
  switch (name) {
    case "meaning":
      return [1, 1 + c.meaningGain];
    case "speciality":
      return [1, Math.exp(c.specialityGain)];
    case "quality":
      return [Math.exp(-5 * Math.max(c.tierUnder, c.tierOver)), 1];
    case "features":
      return [c.unknownFeature ** 6, 1];
    case "load":
      return [c.loadFloor, 1];
    case "latency":
      return [c.latencyFloor, 1];
    case "speed":
      return [c.speedFloor, 1];
    case "warmth":
      return [c.coldFactor, 1];
    case "reliability":
      return [c.reliabilityFloor * c.probationFactor, 1];
    case "cost":
      return [c.costFloor, 1];
    case "locality":
      return [Math.min(c.localityCloud, c.localityMesh, c.localityNetwork), 1];
    case "experience":
      return [1 - c.experienceSpan, 1 + c.experienceSpan];
    case "affinity":
      return [1, 1 + c.affinityGain];
    case "hysteresis":
      return [1, 1 + c.hysteresisGain];
  }
}

/** Nearness of the intent to the capability's description and examples. */
export function meaningFactor(cosine: number, c: Constants): number {
  const above = (cosine - c.meaningFloor) / (1 - c.meaningFloor);
  return 1 + c.meaningGain * Math.min(1, Math.max(0, above));
}

/** Fitness for what is asked: `match` is the expected strength, 0 to 1. */
export function specialityFactor(match: number, c: Constants): number {
  return Math.exp(c.specialityGain * Math.min(1, Math.max(0, match)));
}

/** The tier that an intent of this hardness wants. */
export function wantedTier(hardness: number, preference: Preference, c: Constants): number {
  const shift = preference === "cost" ? -c.tierShift : preference === "quality" ? c.tierShift : 0;
  return Math.min(5, Math.max(1, c.tierEasy + c.tierSpan * hardness + shift));
}

/** Nearness of the model's tier to the wanted one. */
export function qualityFactor(
  tier: number,
  options: { wanted: number; preference: Preference; constants: Constants },
): number {
  const { wanted, preference, constants: c } = options;
  const gap = tier - wanted;
  if (gap < 0) return Math.exp(gap * c.tierUnder);
  // Who prefers quality does not mind what is better than needed.
  if (preference === "quality") return 1;
  return Math.exp(-gap * c.tierOver * (preference === "cost" ? 2 : 1));
}

/** Penalty for needed features that the capability does not tell about. */
export function featuresFactor(unknown: number, c: Constants): number {
  return unknown === 0 ? 1 : c.unknownFeature ** Math.min(6, unknown);
}

/** Share of the capability that is free. */
export function loadFactor(load: WeighedLoad, c: Constants): number {
  const waiting = load.inFlight + load.queueDepth;
  return waiting === 0 ? 1 : Math.max(c.loadFloor, 1 / (1 + c.loadPerRequest * waiting));
}

/** Time to the first byte in milliseconds; undefined: not known. */
export function latencyFactor(ms: number | undefined, c: Constants): number {
  return ms === undefined ? 1 : Math.max(c.latencyFloor, 1 / (1 + ms / c.latencyHalfMs));
}

/** Output speed. */
export function speedFactor(load: WeighedLoad, c: Constants): number {
  const speed = load.tokensPerSecond;
  if (speed === undefined) return 1;
  return Math.max(c.speedFloor, speed / (speed + c.speedHalfTokens));
}

/** Whether the model must be loaded first. */
export function warmthFactor(load: WeighedLoad, c: Constants): number {
  return load.loaded === false ? c.coldFactor : 1;
}

/** Failures of late, and the state of the circuit. */
export function reliabilityFactor(load: WeighedLoad, c: Constants): number {
  if (load.failureRate === 0 && load.circuit === "closed") return 1;
  const value = Math.max(c.reliabilityFloor, (1 - load.failureRate) ** c.reliabilityPower);
  return load.circuit === "closed" ? value : value * c.probationFactor;
}

/** Outcomes of the past: `value` is -1 (bad) to 1 (good). */
export function experienceFactor(value: number, c: Constants): number {
  return 1 + c.experienceSpan * Math.min(1, Math.max(-1, value));
}

/** Price, in USD for a million tokens. */
export function costFactor(price: number, preference: Preference, c: Constants): number {
  if (price === 0) return 1;
  const power = preference === "cost"
    ? c.costPowerCost
    : preference === "quality"
    ? c.costPowerQuality
    : 1;
  return Math.max(c.costFloor, (1 + price / c.costHalfPerMTok) ** -power);
}
