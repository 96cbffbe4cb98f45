/**
 * What is known of a model from its name: the maintained data file of model families.
 *
 * @module
 */

import type { CapabilityFeatures, CapabilityKind, ModelProfile, Speciality } from "../core/mod.ts";
import data from "./model_families.json" with { type: "json" };
import { type ParsedName, parseModelName } from "./model_name.ts";

/** An entry of the data file; `docs/backends.md` explains its fields. */
export interface ModelFamily {
  readonly family: string;
  /** Regular expressions, without flags, for the name's base form. */
  readonly match: readonly string[];
  readonly title: string;
  readonly kind: CapabilityKind;
  readonly description: string;
  readonly examples: readonly string[];
  readonly specialities: Readonly<Partial<Record<Speciality, number>>>;
  readonly contextTokens?: number;
  readonly features: CapabilityFeatures;
  /** Quality from 1 to 5 where it does not follow from the size. */
  readonly qualityTier?: number;
}

/** Everything that a name tells. */
export interface NamedModel {
  readonly kind: CapabilityKind;
  readonly description: string;
  readonly examples: readonly string[];
  readonly features: CapabilityFeatures;
  /** Absent when the family is unknown. */
  readonly profile?: ModelProfile;
}

/** The families of the data file, in order. */
export const modelFamilies: readonly ModelFamily[] = data.families as readonly ModelFamily[];

let matchers: { family: ModelFamily; pattern: RegExp }[] | undefined;

function familyOf(base: string): ModelFamily | undefined {
  matchers ??= modelFamilies.map((family) => ({
    family,
    pattern: new RegExp(`(?:^|[^a-z0-9])(?:${family.match.join("|")})`),
  }));
  return matchers.find(({ pattern }) => pattern.test(base))?.family;
}

/** Quality from 1 to 5 by parameters, where the family says nothing better. */
export function qualityTierBySize(parametersB: number | undefined): number {
  if (parametersB === undefined) return 2;
  if (parametersB < 2) return 1;
  if (parametersB < 12) return 2;
  if (parametersB < 40) return 3;
  return 4;
}

/** What is known of the model of this name. Never throws. */
export function describeModel(name: string, parsed: ParsedName = parseModelName(name)): NamedModel {
  const family = familyOf(parsed.base);
  if (family === undefined) {
    return {
      kind: "llm/chat",
      description: "General chat model.",
      examples: [],
      features: {},
    };
  }
  return {
    kind: family.kind,
    description: family.description,
    examples: family.examples,
    features: {
      ...(family.contextTokens === undefined ? {} : { contextTokens: family.contextTokens }),
      ...family.features,
    },
    profile: {
      family: family.family,
      ...(parsed.parametersB === undefined ? {} : { parametersB: parsed.parametersB }),
      ...(parsed.activeB === undefined ? {} : { activeB: parsed.activeB }),
      ...(parsed.quantization === undefined ? {} : { quantization: parsed.quantization }),
      specialities: family.specialities,
      qualityTier: family.qualityTier ?? qualityTierBySize(parsed.parametersB),
    },
  };
}
