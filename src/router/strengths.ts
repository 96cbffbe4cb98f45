/**
 * How fit a model is for each class of intents, from what the data file says of it.
 *
 * @module
 */

import type { Capability, ModelProfile } from "../core/mod.ts";
import type { Constants } from "./constants.ts";
import { type IntentClass, intentClasses } from "./intent_classes.ts";

/** Subjects that a model is made for at the price of others. */
const narrowSubjects = [
  "code",
  "maths",
  "reasoning",
  "vision",
  "multilingual",
  "medical",
  "legal",
] as const;

/** Fitness by class, 0 to 1, in the order of `intentClasses`. */
export function strengthsOf(capability: Capability, constants: Constants): number[] {
  const { profile } = capability;
  const general = generalFitness(profile, constants);
  return intentClasses.map((name) => fitness(name, { profile, general, constants }));
}

function fitness(
  name: IntentClass,
  options: { profile: ModelProfile | undefined; general: number; constants: Constants },
): number {
  const { profile, general, constants } = options;
  if (name === "general") return general;
  const marked = profile?.specialities[name] ?? 0;
  if (name === "quick") return Math.max(marked, quickness(profile, constants));
  return Math.max(marked, general * constants.generalShare);
}

function generalFitness(profile: ModelProfile | undefined, constants: Constants): number {
  let narrow = 0;
  for (const name of narrowSubjects) {
    narrow = Math.max(narrow, profile?.specialities[name] ?? 0);
  }
  const { narrowFrom, narrowLoss, generalStrength } = constants;
  const excess = Math.max(0, (narrow - narrowFrom) / (1 - narrowFrom));
  return generalStrength * (1 - narrowLoss * excess);
}

/** 1 for a billion active parameters or fewer, falling with the logarithm of the size. */
function quickness(profile: ModelProfile | undefined, constants: Constants): number {
  const sizeB = profile?.activeB ?? profile?.parametersB;
  if (sizeB === undefined) return 0;
  const value = 1 - Math.log2(Math.max(1, sizeB)) / Math.log2(constants.quickHalfB);
  return Math.min(1, Math.max(0, value));
}

/** The four greatest of a model's marked strengths. */
export function strengthsInWords(
  profile: ModelProfile | undefined,
): string {
  if (profile === undefined) return "strengths unknown";
  const marked = Object.entries(profile.specialities).filter(([, value]) => value > 0)
    .sort((a, b) => b[1] - a[1]).slice(0, 4);
  return marked.length === 0
    ? "no marked strength"
    : `strong in ${marked.map(([name, value]) => `${name} ${value}`).join(", ")}`;
}
