/**
 * Factors with what they were computed from, in words.
 *
 * @module
 */

import type { Candidate, Capability, Factor } from "../core/mod.ts";
import { type FactorName, factorNames } from "./factors.ts";
import { unknownFeatures } from "./filter.ts";
import type { Judgement } from "./experience.ts";
import { intentClasses } from "./intent_classes.ts";
import type { WeighedLoad } from "./load_tracker.ts";
import { bestCosine, nearestText, type Scorer, type ScoringContext } from "./scorer.ts";

/** Explains the candidates of one decision. */
export class Explainer {
  readonly #context: ScoringContext;
  #intent: string | undefined;

  /** For a decision that was scored by `context`. */
  constructor(context: ScoringContext) {
    this.#context = context;
  }

  /**
   * The candidate at `position`. Its factors are put in words when they are first read, from what is
   * copied now: most requests never read them.
   */
  candidate(position: number, scorer: Scorer): Candidate {
    const context = this.#context;
    const { index, cosines } = context;
    const score = scorer.score(position, context);
    const basis: Basis = {
      position,
      context,
      values: copied(scorer.values),
      load: { ...scorer.load },
      judgement: { ...scorer.judgement },
      nearest: cosines === undefined ? -1 : nearestText(index, cosines, position),
      cosine: cosines === undefined ? 0 : bestCosine(index, cosines, position),
    };
    const explain = () => this.#factors(basis);
    let factors: readonly Factor[] | undefined;
    return {
      capability: index.capabilities[position]!,
      score,
      get factors() {
        return factors ??= explain();
      },
    };
  }

  #factors(basis: Basis): Factor[] {
    const intent = this.#intent ??= describeIntent(this.#context);
    return factorNames.map((name, i): Factor => ({
      name,
      value: basis.values[i]!,
      range: this.#context.ranges[i]!,
      detail: describers[name](basis, intent),
    }));
  }
}

/**
 * A candidate that had nobody beside it, so that its score decided nothing: score and factors are those of
 * the moment when somebody first asks for them.
 */
export function weighedLater(capability: Capability, weigh: () => Candidate): Candidate {
  let weighed: Candidate | undefined;
  return {
    capability,
    get score() {
      return (weighed ??= weigh()).score;
    },
    get factors() {
      return (weighed ??= weigh()).factors;
    },
  };
}

/** In memory that comes with the object: a typed array's own costs ten times as much. */
function copied(values: Float64Array): number[] {
  const copy: number[] = [];
  for (let i = 0; i < values.length; i++) copy.push(values[i]!);
  return copy;
}

/** What the words of one candidate are made from, as it was when the decision was made. */
interface Basis {
  readonly position: number;
  readonly context: ScoringContext;
  readonly values: readonly number[];
  readonly load: WeighedLoad;
  readonly judgement: Judgement;
  /** Its nearest text, as of `nearestText`. */
  readonly nearest: number;
  readonly cosine: number;
}

/** What an intent asks for, in words, with the nearest anchor and the cues that say so. */
function describeIntent({ estimate }: ScoringContext): string {
  if (estimate === undefined) return "";
  const ranked = intentClasses.map((name, k) => ({ name, p: estimate.probabilities[k]! }))
    .sort((a, b) => b.p - a.p);
  const parts = ranked.filter(({ p }, i) => i === 0 || (i < 3 && p >= 0.1))
    .map(({ name, p }) => `${Math.round(p * 100)} % ${name}`);
  const reasons = estimate.cues.slice(0, 3).map(({ name }) => name);
  const anchor = estimate.nearestAnchor(ranked[0]!.name);
  if (anchor !== undefined) {
    reasons.push(`cosine ${anchor.cosine.toFixed(2)} to "${anchor.text}"`);
  }
  return `${parts.join(", ")}${reasons.length === 0 ? "" : ` (${reasons.join("; ")})`}`;
}

const describers: Readonly<Record<FactorName, (basis: Basis, intent: string) => string>> = {
  meaning({ position, nearest, cosine, context: { index, cosines, estimate } }) {
    if (cosines === undefined) return estimate === undefined ? "not compared" : "no vector";
    if (nearest === -1) return "nothing near in its description or examples";
    const example = index.capabilities[position]!.examples[nearest - 1];
    const text = example === undefined ? "its description" : `its example "${example}"`;
    return `cosine ${cosine.toFixed(2)} to ${text}`;
  },
  speciality({ position, context: { index, estimate } }, intent) {
    if (estimate === undefined) return "not weighed";
    return `asks for ${intent}; ${index.strengthsInWords[position]}`;
  },
  quality({ position, context }) {
    const { index, estimate, preference } = context;
    if (estimate === undefined) return "not weighed";
    const source = index.capabilities[position]!.profile?.family ?? "assumed";
    return `tier ${index.distinctTiers[index.tierSlots[position]!]} (${source}), wanted ${
      context.wantedTier.toFixed(1)
    } ` +
      `for hardness ${estimate.hardness.toFixed(2)} by preference ${preference}`;
  },
  features({ position, context: { index, required } }) {
    const unknown = unknownFeatures(index.capabilities[position]!, required);
    return unknown.length === 0
      ? "everything needed is known to be there"
      : `does not tell about ${unknown.join(", ")}`;
  },
  load: ({ load }) => `${load.inFlight} under way, ${load.queueDepth} queued`,
  latency: ({ load }) =>
    load.weighedTtfbMs === undefined
      ? "not measured yet"
      : `first byte in ${Math.round(load.weighedTtfbMs)} ms`,
  speed: ({ load }) =>
    load.tokensPerSecond === undefined
      ? "not measured yet"
      : `${load.tokensPerSecond.toFixed(1)} tokens a second`,
  warmth: ({ load }) =>
    load.loaded === undefined
      ? "the engine does not tell whether it is in memory"
      : load.loaded
      ? "in memory"
      : "must be loaded first",
  reliability: ({ load }) =>
    `${Math.round(load.failureRate * 100)} % failed of late, circuit ${load.circuit}`,
  cost({ position, context: { index, preference } }) {
    const { inputPerMTok, outputPerMTok } = index.capabilities[position]!.cost;
    if (index.prices[position] === 0) return "free";
    return `${inputPerMTok} USD in, ${outputPerMTok} USD out for a million tokens, ` +
      `by preference ${preference}`;
  },
  locality: ({ position, context: { index } }) => places[index.capabilities[position]!.locality],
  experience({ judgement, context }) {
    if (!context.live) return "not weighed";
    if (judgement.weight === 0) return `no outcomes yet for ${context.cluster}`;
    return `${judgement.weight.toFixed(1)} outcomes of late for ${context.cluster}, ` +
      `on balance ${judgement.value.toFixed(2)} of -1 to 1`;
  },
  affinity({ position, context: { index, sessionCapability } }) {
    if (sessionCapability === undefined) return "no conversation known";
    return sessionCapability === index.capabilities[position]!.id
      ? "this conversation was served here last"
      : "this conversation was served elsewhere";
  },
  hysteresis: ({ position, context: { index, lastWinner } }) =>
    lastWinner === index.capabilities[position]!.id
      ? "won last time among the same"
      : "did not win last time",
};

const places = {
  embedded: "in this process",
  machine: "on this machine",
  network: "on a host of one's own",
  mesh: "on another node of the mesh",
  cloud: "in the cloud",
} as const;
