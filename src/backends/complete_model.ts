/**
 * A listed model completed from the data file of model families.
 *
 * @module
 */

import type { BackendModel, CapabilityFeatures } from "../core/mod.ts";
import type { BackendDefinition } from "./definition.ts";
import type { Engine, ListedModel } from "./engine.ts";
import { parseModelName } from "./model_name.ts";
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

/** The model as a backend lists it. */
export function completeModel(
  listed: ListedModel,
  options: { readonly engine: Engine; readonly definition: BackendDefinition },
): BackendModel {
  const name = listed.alias ?? listed.name;
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
    tags: [...new Set([...options.definition.tags, ...(listed.tags ?? [])])],
    features: mergedFeatures(known.features, listed.features ?? {}),
    ...(known.profile === undefined ? {} : { profile: known.profile }),
    cost: listed.price ?? { inputPerMTok: 0, outputPerMTok: 0 },
    ...(listed.loaded === undefined ? {} : { loaded: listed.loaded }),
  };
}
