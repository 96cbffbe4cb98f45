/**
 * Every number that the router decides by, in one table.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";
import { nearNames } from "./edit_distance.ts";

/** What one constant is. */
export interface ConstantSpec {
  /** Default. */
  readonly value: number;
  /** Unit, or what it multiplies. */
  readonly unit: string;
  /** Least and greatest value that the configuration may set. */
  readonly range: readonly [min: number, max: number];
  /** Why it is there and why it has this value. */
  readonly reason: string;
}

/** The table. Each can be overridden by name in the configuration, under `router.constants`. */
export const constantTable = {
  routeThreshold: {
    value: 0.55,
    unit: "score 0 to 1",
    range: [0, 1],
    reason: "Least score at which a user route is taken by meaning, unless the route sets its own",
  },
  routeNegativeMargin: {
    value: 0,
    unit: "cosine",
    range: [-1, 1],
    reason: "A route is not taken when a negative utterance is nearer than its best one by more",
  },
  routeShortlist: {
    value: 32,
    unit: "routes",
    range: [1, 100000],
    reason: "Routes with the nearest centroids whose utterances are looked at one by one",
  },
  meaningFloor: {
    value: 0.35,
    unit: "cosine",
    range: [0, 0.99],
    reason: "Unrelated short texts reach 0.3 with this embedder; only what is above counts",
  },
  meaningGain: {
    value: 1.2,
    unit: "factor at cosine 1",
    range: [0, 10],
    reason: "A project whose examples match closely must beat a better model that knows nothing",
  },
  specialityGain: {
    value: 3,
    unit: "exponent",
    range: [0, 10],
    reason: "A specialist for what is asked must beat a generalist one quality tier above it",
  },
  generalStrength: {
    value: 0.6,
    unit: "strength 0 to 1",
    range: [0, 1],
    reason: "Fitness of a model that is no specialist for everyday questions",
  },
  narrowFrom: {
    value: 0.5,
    unit: "strength 0 to 1",
    range: [0, 0.99],
    reason: "A strength above this in one narrow subject was bought with others",
  },
  narrowLoss: {
    value: 0.6,
    unit: "share",
    range: [0, 1],
    reason: "General fitness that a model made for one narrow subject lacks",
  },
  generalShare: {
    value: 0.7,
    unit: "share",
    range: [0, 1],
    reason: "What general fitness is worth for a subject that the model has no marked strength in",
  },
  quickHalfB: {
    value: 32,
    unit: "billions of parameters",
    range: [2, 1000],
    reason:
      "Size at which nothing of the quickness of a model of one billion is left, by logarithm",
  },
  intentSharpness: {
    value: 13,
    unit: "softmax gain",
    range: [0.1, 50],
    reason: "Turns anchor scores into probabilities; chosen on the tuning part of the labelled set",
  },
  wordingSharpness: {
    value: 12,
    unit: "softmax gain",
    range: [0.1, 50],
    reason: "The same for scores by wording alone, while there is no embedder",
  },
  cueGain: {
    value: 1,
    unit: "factor",
    range: [0, 10],
    reason:
      "Weight of the cues in a text (a stack trace, a request to translate) beside the anchors",
  },
  generalPrior: {
    value: 0.7,
    unit: "logit",
    range: [-10, 10],
    reason: "What is like no anchor and has no cue is everyday talk",
  },
  imageCue: {
    value: 4,
    unit: "logit",
    range: [0, 20],
    reason: "An image that comes along is nearly always what the request is about",
  },
  toolsCue: {
    value: 3.5,
    unit: "logit",
    range: [0, 20],
    reason: "Agents send their tools with every request, so it is a hint only",
  },
  hardnessSharpness: {
    value: 2,
    unit: "logit",
    range: [0, 20],
    reason: "Likeness to the hard anchors as log odds; the anchors' scores are -1 to 1",
  },
  quickEase: {
    value: 3,
    unit: "logit",
    range: [0, 20],
    reason: "What a word answers is easy, whatever its subject",
  },
  tierEasy: {
    value: 1.6,
    unit: "quality tier 1 to 5",
    range: [0, 5],
    reason: "Tier that suffices for the easiest intent when cost and quality are balanced",
  },
  tierSpan: {
    value: 2.6,
    unit: "quality tiers",
    range: [0, 5],
    reason: "Tiers that the hardest intent needs beyond the easiest",
  },
  tierShift: {
    value: 0.8,
    unit: "quality tiers",
    range: [0, 3],
    reason: "How far the preference for cost or quality moves the wanted tier",
  },
  tierUnder: {
    value: 0.27,
    unit: "exponent a tier",
    range: [0, 3],
    reason: "Penalty for a tier too low: a wrong answer costs more than a slow one",
  },
  tierOver: {
    value: 0.12,
    unit: "exponent a tier",
    range: [0, 3],
    reason: "Penalty for a tier too high: slower and heavier than needed",
  },
  unknownTier: {
    value: 2,
    unit: "quality tier 1 to 5",
    range: [1, 5],
    reason: "Tier assumed for a model that the data file does not know",
  },
  unknownFeature: {
    value: 0.2,
    unit: "factor a feature",
    range: [0.01, 1],
    reason: "A model that does not tell whether it supports what is needed: only when none does",
  },
  loadPerRequest: {
    value: 0.25,
    unit: "share a request",
    range: [0, 10],
    reason: "Requests under way or queued slow a local engine in proportion; four halve its worth",
  },
  loadFloor: {
    value: 0.1,
    unit: "factor",
    range: [0.01, 1],
    reason: "However busy, a capability stays usable",
  },
  latencyHalfMs: {
    value: 8000,
    unit: "ms",
    range: [100, 600000],
    reason: "Expected time to the first byte at which the latency factor is a half",
  },
  latencyFloor: {
    value: 0.4,
    unit: "factor",
    range: [0.01, 1],
    reason: "Slow but right beats fast but wrong",
  },
  speedHalfTokens: {
    value: 6,
    unit: "tokens a second",
    range: [0.1, 1000],
    reason: "About half the speed of reading: below, people wait for every word",
  },
  speedFloor: {
    value: 0.6,
    unit: "factor",
    range: [0.01, 1],
    reason: "Slow output is a nuisance, not a failure",
  },
  coldFactor: {
    value: 0.93,
    unit: "factor",
    range: [0.1, 1],
    reason: "Loading a model from disk takes seconds; a near tie goes to what is in memory",
  },
  reliabilityPower: {
    value: 2,
    unit: "exponent",
    range: [0, 10],
    reason: "Half of the requests failing leaves a quarter of the worth",
  },
  reliabilityFloor: {
    value: 0.05,
    unit: "factor",
    range: [0.001, 1],
    reason: "A failing capability is still better than none",
  },
  probationFactor: {
    value: 0.5,
    unit: "factor",
    range: [0.01, 1],
    reason: "A half-open circuit gets probes, not the bulk of the load",
  },
  costHalfPerMTok: {
    value: 10,
    unit: "USD for a million output tokens",
    range: [0.01, 10000],
    reason: "Price at which the cost factor is a half when cost and quality are balanced",
  },
  costFloor: {
    value: 0.1,
    unit: "factor",
    range: [0.001, 1],
    reason: "Dear is a reason, not a ban; `maxCostPerMTok` bans",
  },
  costPowerCost: {
    value: 2.5,
    unit: "exponent",
    range: [0, 10],
    reason: "Weight of the price when the user prefers cost",
  },
  costPowerQuality: {
    value: 0.3,
    unit: "exponent",
    range: [0, 10],
    reason: "Weight of the price when the user prefers quality",
  },
  localityNetwork: {
    value: 0.98,
    unit: "factor",
    range: [0.1, 1],
    reason: "A host of one's own in the network: a millisecond away",
  },
  localityMesh: {
    value: 0.96,
    unit: "factor",
    range: [0.1, 1],
    reason: "Another node: one hop more; never enough to prefer a weak local model to a fit one",
  },
  localityCloud: {
    value: 0.85,
    unit: "factor",
    range: [0.1, 1],
    reason: "The text leaves the owner's machines: only for a marked gain",
  },
  experienceSpan: {
    value: 0.25,
    unit: "share",
    range: [0, 0.9],
    reason: "Most that outcomes and feedback can add or take: one bad hour bans nothing",
  },
  experiencePrior: {
    value: 10,
    unit: "outcomes",
    range: [0.1, 10000],
    reason: "Neutral outcomes that every capability starts with; fewer real ones say little",
  },
  experiencePerHour: {
    value: 5,
    unit: "outcomes an hour",
    range: [0.1, 100000],
    reason: "An hour weighs no more than this, so that one bad hour can't outweigh good days",
  },
  experienceHalfLifeDays: {
    value: 14,
    unit: "days",
    range: [0.01, 3650],
    reason: "Models and their servers are updated: what was bad a month ago may be mended",
  },
  experienceCapabilities: {
    value: 2000,
    unit: "capabilities",
    range: [1, 1000000],
    reason: "Bound of what is stored, longest unused out",
  },
  rememberedDecisions: {
    value: 10000,
    unit: "decisions",
    range: [1, 10000000],
    reason: "Decisions whose kind of intent is known when an outcome or feedback comes later",
  },
  ratingWeight: {
    value: 2,
    unit: "outcomes",
    range: [0, 100],
    reason: "A person's word on an answer says more than that an answer came",
  },
  affinityGain: {
    value: 0.25,
    unit: "share",
    range: [0, 5],
    reason: "A conversation stays where its prompt is cached unless another is clearly better",
  },
  affinityMinutes: {
    value: 30,
    unit: "minutes",
    range: [0, 1440],
    reason: "Engines drop an idle model or its prompt cache within this time",
  },
  affinitySessions: {
    value: 4096,
    unit: "sessions",
    range: [0, 1000000],
    reason: "Bound of the memory of conversations, oldest out",
  },
  hysteresisGain: {
    value: 0.03,
    unit: "share",
    range: [0, 1],
    reason: "Two that differ by less than the noise of a measurement must not take turns",
  },
  failureHalfLifeSeconds: {
    value: 120,
    unit: "s",
    range: [1, 86400],
    reason: "A failure rate is forgotten by half in this time without requests",
  },
  failureAlpha: {
    value: 0.2,
    unit: "EWMA weight",
    range: [0.01, 1],
    reason: "Weight of the latest outcome: five failures in a row show as 0.67",
  },
  latencyAlpha: {
    value: 0.3,
    unit: "EWMA weight",
    range: [0.01, 1],
    reason: "Weight of the latest time to first byte and output speed",
  },
  latencyHalfLifeSeconds: {
    value: 600,
    unit: "s",
    range: [1, 86400],
    reason: "A slow first byte is forgotten by half in this time without requests",
  },
  latencyMaxMs: {
    value: 600000,
    unit: "ms",
    range: [1000, 3600000],
    reason: "Bound of one measurement: a suspended laptop must not poison the average",
  },
  circuitFailures: {
    value: 3,
    unit: "failures in a row",
    range: [1, 1000],
    reason: "Failures in a row that open a circuit",
  },
  circuitBaseMs: {
    value: 2000,
    unit: "ms",
    range: [10, 600000],
    reason: "First pause of an open circuit; doubles with every failed probe",
  },
  circuitMaxMs: {
    value: 60000,
    unit: "ms",
    range: [10, 3600000],
    reason: "Longest pause: what comes back is used within a minute",
  },
  circuitJitter: {
    value: 0.2,
    unit: "share",
    range: [0, 1],
    reason: "Spread of the pauses, so that nodes do not probe in step",
  },
  circuitProbes: {
    value: 1,
    unit: "requests",
    range: [1, 100],
    reason: "Requests at once that may try a half-open circuit",
  },
  retryAfterMaxMs: {
    value: 600000,
    unit: "ms",
    range: [1000, 86400000],
    reason: "Longest `Retry-After` that is believed",
  },
  candidateCount: {
    value: 8,
    unit: "candidates",
    range: [1, 1000],
    reason: "Candidates of a decision unless an explanation asks for all; failover tries five",
  },
} as const satisfies Record<string, ConstantSpec>;

/** Name of a constant. */
export type ConstantName = keyof typeof constantTable;

/** A value for every constant. */
export type Constants = Readonly<Record<ConstantName, number>>;

/** The names, in the table's order. */
export const constantNames: readonly ConstantName[] = Object.keys(constantTable) as ConstantName[];

/**
 * The table's values with `overrides` in place.
 *
 * Throws `config_invalid` that lists every unknown name and every value out of its range.
 */
export function resolveConstants(overrides: Readonly<Record<string, number>> = {}): Constants {
  const values = Object.fromEntries(
    constantNames.map((name) => [name, constantTable[name].value]),
  ) as Record<ConstantName, number>;
  const mistakes: string[] = [];
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(constantTable, name)) {
      const [near] = nearNames(name, constantNames);
      mistakes.push(
        `router.constants.${name}: there is no constant of this name` +
          (near === undefined ? "" : `, the nearest is ${near}`),
      );
      continue;
    }
    const spec: ConstantSpec = constantTable[name as ConstantName];
    const [min, max] = spec.range;
    if (typeof value !== "number" || !(value >= min && value <= max)) {
      mistakes.push(
        `router.constants.${name}: is ${value}, expected ${min} to ${max} ${spec.unit}`,
      );
      continue;
    }
    values[name as ConstantName] = value;
  }
  if (mistakes.length > 0) {
    throw new AtmosphereError("config_invalid", mistakes.join("; "), {
      param: "router.constants",
      hint: "docs/routing.md lists the constants with their units and ranges",
      details: { mistakes },
    });
  }
  return values;
}
