/**
 * Scores candidates: one pass over typed arrays, no allocation a candidate.
 *
 * @module
 */

import type { Factor, Preference, RequiredFeatures } from "../core/mod.ts";
import { idleLoad } from "../core/mod.ts";
import type { CapabilityIndex } from "./capability_index.ts";
import type { Constants } from "./constants.ts";
import type { Experience, Judgement } from "./experience.ts";
import {
  costFactor,
  experienceFactor,
  factorIndex as at,
  factorNames,
  featuresFactor,
  latencyFactor,
  loadFactor,
  meaningFactor,
  qualityFactor,
  reliabilityFactor,
  specialityFactor,
  speedFactor,
  wantedTier,
  warmthFactor,
} from "./factors.ts";
import { countUnknownFeatures } from "./filter.ts";
import { intentClasses } from "./intent_classes.ts";
import type { LoadTracker, WeighedLoad } from "./load_tracker.ts";
import type { IntentEstimate } from "./intent_estimate.ts";

/** What the scores of one decision are computed from. */
export interface ScoringContext {
  readonly index: CapabilityIndex;
  readonly load: LoadTracker;
  readonly constants: Constants;
  /** Ranges of the factors, in the order of `factorNames`. */
  readonly ranges: readonly Factor["range"][];
  readonly preference: Preference;
  /** What is needed; empty when nothing is. */
  readonly required: readonly RequiredFeatures[];
  /** Undefined where meaning does not matter: explicit names, embeddings. */
  readonly estimate: IntentEstimate | undefined;
  /** Tier that the intent wants; of no meaning without an estimate. */
  readonly wantedTier: number;
  /** Quality factor by the index's distinct tiers; empty without an estimate. */
  readonly qualities: readonly number[];
  /** Cosine of the intent to each row of the index's vectors; undefined without a vector. */
  readonly cosines: Float32Array | undefined;
  /** Capability that served this conversation last. */
  readonly sessionCapability: string | undefined;
  /** Capability that won last time among the same contenders. */
  readonly lastWinner: string | undefined;
  /** Whether what changes by the second counts; not for embeddings, whose space must not change. */
  readonly live: boolean;
  readonly experience: Experience;
  /** Kind of intent for the experience. */
  readonly cluster: string;
  readonly nowMs: number;
}

/** The tier that an estimate wants, and what each of the index's tiers is worth for it. */
export function weighTiers(
  estimate: IntentEstimate | undefined,
  options: { index: CapabilityIndex; preference: Preference; constants: Constants },
): Pick<ScoringContext, "wantedTier" | "qualities"> {
  if (estimate === undefined) return { wantedTier: 0, qualities: [] };
  const { index, preference, constants } = options;
  const wanted = wantedTier(estimate.hardness, preference, constants);
  return {
    wantedTier: wanted,
    qualities: index.distinctTiers.map((tier) =>
      qualityFactor(tier, { wanted, preference, constants })
    ),
  };
}

/** Computes factors and scores; holds scratch memory, so one instance serves one call at a time. */
export class Scorer {
  /** Values of the factors of the latest `score()`, in the order of `factorNames`. */
  readonly values: Float64Array = new Float64Array(factorNames.length);
  /** Load of the candidate of the latest `score()`. */
  readonly load: WeighedLoad = { ...idleLoad(), weighedTtfbMs: undefined };
  /** Experience with the candidate of the latest `score()`. */
  readonly judgement: Judgement = { value: 0, weight: 0 };

  /** The score of the capability at `position`; `values`, `load` and `judgement` tell why. */
  score(position: number, context: ScoringContext): number {
    const { index, constants, preference, estimate } = context;
    const { id } = index.capabilities[position]!;
    const values = this.values;
    values[at.meaning] = context.cosines === undefined
      ? 1
      : meaningFactor(bestCosine(index, context.cosines, position), constants);
    if (estimate === undefined) {
      values[at.speciality] = 1;
      values[at.quality] = 1;
    } else {
      values[at.speciality] = specialityFactor(strengthMatch(index, estimate, position), constants);
      values[at.quality] = context.qualities[index.tierSlots[position]!]!;
    }
    values[at.features] = context.required.length === 0 ? 1 : featuresFactor(
      countUnknownFeatures(index.capabilities[position]!, context.required),
      constants,
    );
    this.#scoreLive(position, context);
    values[at.cost] = costFactor(index.prices[position]!, preference, constants);
    values[at.locality] = index.localities[position]!;
    values[at.affinity] = context.sessionCapability === id ? 1 + constants.affinityGain : 1;
    values[at.hysteresis] = context.lastWinner === id ? 1 + constants.hysteresisGain : 1;
    let score = 1;
    for (let i = 0; i < values.length; i++) score *= values[i]!;
    return score;
  }

  #scoreLive(position: number, context: ScoringContext): void {
    const { values, load, judgement } = this;
    const { constants, experience, index } = context;
    const state = index.states[position]!;
    context.load.readState(state, load);
    judgement.value = 0;
    judgement.weight = 0;
    if (!context.live || (!state.touched && experience.size === 0)) {
      values[at.load] = 1;
      values[at.latency] = 1;
      values[at.speed] = 1;
      values[at.warmth] = 1;
      values[at.reliability] = 1;
      values[at.experience] = 1;
      return;
    }
    if (experience.size > 0) {
      const { id } = index.capabilities[position]!;
      experience.judge(id, { cluster: context.cluster, nowMs: context.nowMs, into: judgement });
      // Until it is measured again, what was measured before the last start is the best guess.
      load.weighedTtfbMs ??= experience.latencyMs(id, context.cluster);
    }
    values[at.load] = loadFactor(load, constants);
    values[at.latency] = latencyFactor(load.weighedTtfbMs, constants);
    values[at.speed] = speedFactor(load, constants);
    values[at.warmth] = warmthFactor(load, constants);
    values[at.reliability] = reliabilityFactor(load, constants);
    values[at.experience] = experienceFactor(judgement.value, constants);
  }
}

/** Expected strength of the capability at `position` for what the intent asks, 0 to 1. */
export function strengthMatch(
  index: CapabilityIndex,
  estimate: IntentEstimate,
  position: number,
): number {
  const { strengths } = index;
  const { probabilities } = estimate;
  const offset = position * intentClasses.length;
  let match = 0;
  for (let k = 0; k < probabilities.length; k++) {
    match += probabilities[k]! * strengths[offset + k]!;
  }
  return match;
}

/** Greatest cosine of a capability's vectors; 0 when it has none or all point away. */
export function bestCosine(
  index: CapabilityIndex,
  cosines: Float32Array,
  position: number,
): number {
  const end = index.firstRow[position + 1]!;
  let best = 0;
  for (let row = index.firstRow[position]!; row < end; row++) {
    if (cosines[row]! > best) best = cosines[row]!;
  }
  return best;
}

/** Which of a capability's vectors is nearest: 0 the description, then the examples; -1 none. */
export function nearestText(
  index: CapabilityIndex,
  cosines: Float32Array,
  position: number,
): number {
  const first = index.firstRow[position]!;
  const end = index.firstRow[position + 1]!;
  let best = -1;
  for (let row = first; row < end; row++) {
    if (cosines[row]! > 0 && (best === -1 || cosines[row]! > cosines[best]!)) best = row;
  }
  return best === -1 ? -1 : best - first;
}
