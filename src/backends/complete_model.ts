/**
 * A listed model completed from the data file of model families.
 *
 * @module
 */

import type { BackendModel, CapabilityCost, CapabilityFeatures, Locality } from "../core/mod.ts";
import type { BackendDefinition } from "./definition.ts";
import type { Engine, ListedModel } from "./engine.ts";
import { parseModelName } from "./model_name.ts";
import { assumedPrice, knownPrice } from "./model_prices.ts";
import { describeModel } from "./model_profile.ts";

/** Whether `name` matches one of the names, in which `*` stands for anything. */
export function matchesAny(name: string, globs: readonly string[]): boolean {
  return globs.some((glob) => {
    const parts = glob.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
  });
}

function mergedFeatures(known: CapabilityFeatures, told: CapabilityFeatures): CapabilityFeatures {
  return { ...known, ...told };
}

/** Where a model is listed. */
export interface CompletionContext {
  readonly engine: Engine;
  readonly definition: BackendDefinition;
  readonly locality: Locality;
}

function costOf(listed: ListedModel, context: CompletionContext): CapabilityCost {
  if (listed.price !== undefined) return listed.price;
  if (context.locality !== "cloud") return { inputPerMTok: 0, outputPerMTok: 0 };
  const { name } = context.engine;
  return knownPrice(name, listed.alias ?? listed.name) ?? assumedPrice(name);
}

/** The model as a backend lists it. */
export function completeModel(listed: ListedModel, options: CompletionContext): BackendModel {
  const name = listed.alias ?? listed.name;
  const cost = costOf(listed, options);
  const parsed = parseModelName(listed.familyHint ?? listed.name);
  const known = describeModel(listed.familyHint ?? listed.name, {
    ...parsed,
    ...(listed.parametersB === undefined ? {} : { parametersB: listed.parametersB }),
    ...(listed.quantization === undefined ? {} : { quantization: listed.quantization }),
  });
  return {
    name,
    upstreamName: listed.name,
    kind: listed.kind ?? known.kind,
    description: listed.description ?? known.description,
    examples: [...(listed.examples ?? []), ...known.examples],
    tags: [
      ...new Set([
        ...options.definition.tags,
        ...(listed.tags ?? []),
        ...(cost.assumed === true ? ["price:unknown"] : []),
      ]),
    ],
    features: mergedFeatures(known.features, listed.features ?? {}),
    ...(known.profile === undefined ? {} : { profile: known.profile }),
    cost,
    ...(listed.loaded === undefined ? {} : { loaded: listed.loaded }),
  };
}
