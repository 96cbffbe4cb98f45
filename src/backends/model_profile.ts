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
  /** Usual name, such as `qwen2.5-coder`. */
  readonly family: string;
  /** Name for people. */
  readonly title: string;
  /** Regular expressions, without flags, for the base form of names. */
  readonly match: readonly string[];
  /** What models of the family do. */
  readonly kind: CapabilityKind;
  /** What it is good for, in a sentence. */
  readonly description: string;
  /** What somebody would ask of it; empty for embeddings and rerankers. */
  readonly examples: readonly string[];
  /** Strengths, 0 to 1. */
  readonly specialities: Readonly<Partial<Record<Speciality, number>>>;
  /** Context window in tokens, where the server does not tell. */
  readonly contextTokens?: number;
  /** What it supports, where known. */
  readonly features: CapabilityFeatures;
  /** Quality from 1 to 5, where it does not follow from the size. */
  readonly qualityTier?: number;
  /** Added to the tier that follows from the size. */
  readonly qualityBias?: number;
  /** Parameters in billions of a name that tells none. */
  readonly usualParametersB?: number;
}

/** Everything that a name tells. */
export interface NamedModel {
  /** What the model does. */
  readonly kind: CapabilityKind;
  /** What it is good for, in a sentence. */
  readonly description: string;
  /** What somebody would ask of it. */
  readonly examples: readonly string[];
  /** What it supports, where known. */
  readonly features: CapabilityFeatures;
  /** Absent when the family is unknown. */
  readonly profile?: ModelProfile;
}

interface SizeStep {
  readonly belowB: number;
  readonly tier: number;
}

const quality: { readonly bySize: readonly SizeStep[]; readonly unknownTier: number } =
  data.quality;

// Below four bits a weight, answers become noticeably worse.
const coarseQuantization = /^(UD-)?I?(Q[123]|TQ[12])(_|$)/;
const coarsePenalty = 0.3;

/** The families of the data file, in its order. */
export const modelFamilies: readonly ModelFamily[] = data.families as readonly ModelFamily[];

interface Matcher {
  readonly family: ModelFamily;
  /** Text that must be there for the pattern to match; spares most of the patterns. */
  readonly literal: string;
  readonly pattern: RegExp;
}

/** The letters that a pattern begins with, as far as they are certain. */
function literalStart(pattern: string): string {
  const [letters = ""] = /^[a-z0-9]*/.exec(pattern) ?? [];
  return /^[?*{]/.test(pattern.slice(letters.length)) ? letters.slice(0, -1) : letters;
}

let matchers: readonly Matcher[] | undefined;

function makeMatchers(): readonly Matcher[] {
  return modelFamilies.flatMap((family) =>
    family.match.map((text) => ({
      family,
      literal: literalStart(text),
      pattern: new RegExp(`(?:^|[^a-z0-9])(?:${text})`),
    }))
  );
}

/**
 * The family of a name in its base form. The file is ordered from special to general, and the
 * first family that matches is the one.
 */
export function familyOf(base: string): ModelFamily | undefined {
  matchers ??= makeMatchers();
  return matchers.find(({ literal, pattern }) => base.includes(literal) && pattern.test(base))
    ?.family;
}

/**
 * Quality from 1 to 5 by parameters in billions. A mixture of experts counts as the geometric mean
 * of all and active parameters.
 */
export function qualityBySize(
  size: { readonly parametersB?: number; readonly activeB?: number },
): number {
  const { parametersB, activeB } = size;
  if (parametersB === undefined) return quality.unknownTier;
  const effectiveB = activeB === undefined ? parametersB : Math.sqrt(parametersB * activeB);
  return quality.bySize.find(({ belowB }) => effectiveB < belowB)?.tier ?? 5;
}

function qualityOf(family: ModelFamily, parsed: ParsedName): number {
  const parametersB = parsed.parametersB ?? family.usualParametersB;
  const bySize = qualityBySize({
    ...(parametersB === undefined ? {} : { parametersB }),
    ...(parsed.activeB === undefined ? {} : { activeB: parsed.activeB }),
  }) + (family.qualityBias ?? 0);
  const coarse = coarseQuantization.test(parsed.quantization ?? "") ? coarsePenalty : 0;
  const tier = (family.qualityTier ?? bySize) - coarse;
  return Math.round(Math.min(Math.max(tier, 1), 5) * 10) / 10;
}

/** What is known of the model of this name. Never throws. */
export function describeModel(
  name: string,
  parsed: ParsedName = parseModelName(name),
): NamedModel {
  const family = familyOf(parsed.base);
  if (family === undefined) {
    return {
      kind: "llm/chat",
      description: "Chat model of unknown strengths for general questions.",
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
      qualityTier: qualityOf(family, parsed),
    },
  };
}
