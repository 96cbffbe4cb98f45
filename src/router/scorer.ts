/**
 * Scores candidates: one pass over typed arrays, no allocation a candidate.
 *
 * @module
 */

import type { Preference, RequiredFeatures } from "../core/mod.ts";
import { idleLoad } from "../core/mod.ts";
import type { CapabilityIndex } from "./capability_index.ts";
import type { Constants } from "./constants.ts";
import {
  costFactor,
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
import type { LoadTracker, WeighedLoad } from "./load_tracker.ts";
import { intentClasses } from "./intent_classes.ts";
import type { IntentEstimate } from "./specialities.ts";

/** What the scores of one decision are computed from. */
export interface ScoringContext {
  readonly index: CapabilityIndex;
  readonly load: LoadTracker;
  readonly constants: Constants;
  readonly preference: Preference;
  readonly required: readonly RequiredFeatures[];
  /** Undefined where meaning does not matter: explicit names, embeddings. */
  readonly estimate: IntentEstimate | undefined;
  /** Cosine of the intent to each row of the index's vectors; undefined without a vector. */
  readonly cosines: Float32Array | undefined;
  /** Capability that served this conversation last. */
  readonly sessionCapability: string | undefined;
  /** Capability that won last time among the same contenders. */
  readonly lastWinner: string | undefined;
  /** Whether what changes by the second counts; not for embeddings, whose space must not change. */
  readonly live: boolean;
  /** Factor of past outcomes by capability id. */
  readonly experience: (id: string) => number;
}

/** Computes factors and scores; holds scratch memory, so one instance serves one call at a time. */
export class Scorer {
  /** Values of the factors of the latest `score()`, in the order of `factorNames`. */
  readonly values: Float64Array = new Float64Array(factorNames.length);
  /** Load of the candidate of the latest `score()`. */
  readonly load: WeighedLoad = { ...idleLoad(), weighedTtfbMs: undefined };

  /** The score of the capability at `position`; `values` and `load` are what it came from. */
  score(position: number, context: ScoringContext): number {
    const { index, constants, preference, estimate } = context;
    const capability = index.capabilities[position]!;
    const load = this.load;
    const values = this.values;
    context.load.read(capability.id, load);
    values[0] = context.cosines === undefined
      ? 1
      : meaningFactor(bestCosine(index, context.cosines, position).cosine, constants);
    if (estimate === undefined) {
      values[1] = values[2] = 1;
    } else {
      values[1] = specialityFactor(strengthMatch(index, estimate, position), constants);
      const wanted = wantedTier(estimate.hardness, preference, constants);
      values[2] = qualityFactor(index.tiers[position]!, { wanted, preference, constants });
    }
    values[3] = context.required.length === 0
      ? 1
      : featuresFactor(countUnknownFeatures(capability, context.required), constants);
    if (context.live) {
      values[4] = loadFactor(load, constants);
      values[5] = latencyFactor(load, constants);
      values[6] = speedFactor(load, constants);
      values[7] = warmthFactor(load, constants);
      values[8] = reliabilityFactor(load, constants);
      values[11] = context.experience(capability.id);
    } else {
      values.fill(1, 4, 9);
      values[11] = 1;
    }
    values[9] = costFactor(index.prices[position]!, preference, constants);
    values[10] = index.localities[position]!;
    values[12] = context.sessionCapability === capability.id ? 1 + constants.affinityGain : 1;
    values[13] = context.lastWinner === capability.id ? 1 + constants.hysteresisGain : 1;
    let score = 1;
    for (let i = 0; i < values.length; i++) score *= values[i]!;
    return score;
  }
}

/** Expected strength of the capability at `position` for what the intent asks, 0 to 1. */
export function strengthMatch(
  index: CapabilityIndex,
  estimate: IntentEstimate,
  position: number,
): number {
  const offset = position * intentClasses.length;
  let match = 0;
  for (let k = 0; k < intentClasses.length; k++) {
    match += estimate.probabilities[k]! * index.strengths[offset + k]!;
  }
  return match;
}

const found = { cosine: 0, row: -1 };

/** Greatest cosine of a capability's vectors and which it was; the result is reused. */
export function bestCosine(
  index: CapabilityIndex,
  cosines: Float32Array,
  position: number,
): { cosine: number; row: number } {
  const first = index.firstRow[position]!;
  const end = index.firstRow[position + 1]!;
  found.cosine = 0;
  found.row = -1;
  for (let row = first; row < end; row++) {
    if (cosines[row]! <= found.cosine) continue;
    found.cosine = cosines[row]!;
    found.row = row - first;
  }
  return found;
}
