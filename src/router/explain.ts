/**
 * Factors with what they were computed from, in words.
 *
 * @module
 */

import type { Candidate, Factor } from "../core/mod.ts";
import { type FactorName, factorNames, factorRange, wantedTier } from "./factors.ts";
import { unknownFeatures } from "./filter.ts";
import { bestCosine, type Scorer, type ScoringContext } from "./scorer.ts";
import { nearestAnchor } from "./anchor_model.ts";
import { intentClasses } from "./intent_classes.ts";

/** The candidate at `position` with every factor explained. */
export function explainCandidate(
  position: number,
  options: { scorer: Scorer; context: ScoringContext; intent: string },
): Candidate {
  const { scorer, context, intent } = options;
  const score = scorer.score(position, context);
  const capability = context.index.capabilities[position]!;
  const factors = factorNames.map((name, i): Factor => ({
    name,
    value: scorer.values[i]!,
    range: factorRange(name, context.constants),
    detail: describe(name, position, { scorer, context, intent }),
  }));
  return { capability, score, factors };
}

/** What an intent asks for, in words, with the nearest anchors and the cues that say so. */
export function describeIntent(context: ScoringContext): string {
  const { estimate } = context;
  if (estimate === undefined) return "the intent does not matter here";
  const ranked = intentClasses.map((name, k) => ({ name, p: estimate.probabilities[k]! }))
    .sort((a, b) => b.p - a.p);
  const parts = ranked.slice(0, 2).filter(({ p }) => p >= 0.1)
    .map(({ name, p }) => `${Math.round(p * 100)} % ${name}`);
  const top = ranked[0]!.name;
  const anchor = estimate.cosines === undefined ? undefined : nearestAnchor(top, estimate.cosines);
  const reasons = estimate.cues.slice(0, 3).map(({ name }) => name);
  if (anchor !== undefined) {
    reasons.push(`cosine ${anchor.cosine.toFixed(2)} to "${anchor.text}"`);
  }
  return `${parts.join(", ")}${reasons.length === 0 ? "" : ` (${reasons.join("; ")})`}`;
}

function describe(
  name: FactorName,
  position: number,
  options: { scorer: Scorer; context: ScoringContext; intent: string },
): string {
  const { scorer, context, intent } = options;
  const { index, estimate, preference } = context;
  const capability = index.capabilities[position]!;
  const { load } = scorer;
  switch (name) {
    case "meaning": {
      if (context.cosines === undefined) {
        return estimate === undefined ? "not compared" : "no vector to compare with";
      }
      const { cosine, row } = bestCosine(index, context.cosines, position);
      if (row === -1) return "nothing near in its description or examples";
      const text = row === 0 ? "its description" : `its example "${capability.examples[row - 1]}"`;
      return `cosine ${cosine.toFixed(2)} to ${text}`;
    }
    case "speciality":
      return estimate === undefined
        ? "not weighed"
        : `asks for ${intent}; ${strengths(position, context)}`;
    case "quality": {
      if (estimate === undefined) return "not weighed";
      const wanted = wantedTier(estimate.hardness, preference, context.constants);
      const tier = index.tiers[position]!;
      const source = capability.profile === undefined ? "assumed" : capability.profile.family;
      return `tier ${tier} (${source}), wanted ${wanted.toFixed(1)} for hardness ` +
        `${estimate.hardness.toFixed(2)} by preference ${preference}`;
    }
    case "features": {
      const unknown = unknownFeatures(capability, context.required);
      return unknown.length === 0
        ? "everything needed is known to be there"
        : `does not tell about ${unknown.join(", ")}`;
    }
    case "load":
      return `${load.inFlight} under way, ${load.queueDepth} queued`;
    case "latency":
      return load.weighedTtfbMs === undefined
        ? "not measured yet"
        : `first byte in ${Math.round(load.weighedTtfbMs)} ms`;
    case "speed":
      return load.tokensPerSecond === undefined
        ? "not measured yet"
        : `${load.tokensPerSecond.toFixed(1)} tokens a second`;
    case "warmth":
      return load.loaded === undefined
        ? "not told whether it is in memory"
        : load.loaded
        ? "in memory"
        : "must be loaded first";
    case "reliability":
      return `${Math.round(load.failureRate * 100)} % failed of late, circuit ${load.circuit}`;
    case "cost": {
      const { inputPerMTok, outputPerMTok } = capability.cost;
      return index.prices[position] === 0
        ? "free"
        : `${inputPerMTok} USD in, ${outputPerMTok} USD out for a million tokens, ` +
          `by preference ${preference}`;
    }
    case "locality":
      return localityText[capability.locality];
    case "experience":
      return "no outcomes yet";
    case "affinity":
      return context.sessionCapability === undefined
        ? "no conversation known"
        : context.sessionCapability === capability.id
        ? "this conversation was served here last"
        : "this conversation was served elsewhere";
    case "hysteresis":
      return context.lastWinner === capability.id
        ? "won last time among the same"
        : "did not win last time";
  }
}

const localityText = {
  embedded: "in this process",
  machine: "on this machine",
  network: "on a host of one's own",
  mesh: "on another node of the mesh",
  cloud: "in the cloud",
} as const;

function strengths(position: number, context: ScoringContext): string {
  const { profile } = context.index.capabilities[position]!;
  if (profile === undefined) return "strengths unknown";
  const marked = Object.entries(profile.specialities).filter(([, value]) => value > 0)
    .sort((a, b) => b[1] - a[1]).slice(0, 4);
  return marked.length === 0
    ? "no marked strength"
    : `strong in ${marked.map(([name, value]) => `${name} ${value}`).join(", ")}`;
}
