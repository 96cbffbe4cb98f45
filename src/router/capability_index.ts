/**
 * The capabilities as flat typed arrays, for a hot loop that allocates nothing.
 *
 * @module
 */

import type { Capability, Locality } from "../core/mod.ts";
import type { Constants } from "./constants.ts";
import type { LoadState, LoadTracker } from "./load_tracker.ts";
import { NameLookup } from "./name_lookup.ts";
import { intentClasses } from "./intent_classes.ts";
import { strengthsInWords, strengthsOf } from "./strengths.ts";
import { VectorTable } from "./vector_table.ts";

/** A capability with the vectors of its description and then of its examples; none: not embedded. */
export interface IndexedCapability {
  readonly capability: Capability;
  readonly vectors: readonly Float32Array[];
}

/** Everything that is known of the capabilities before a request comes. */
export class CapabilityIndex {
  readonly capabilities: readonly Capability[];
  readonly names: NameLookup;
  /** Vectors of all capabilities; those of number `i` are rows `firstRow[i]` to `firstRow[i + 1]`. */
  readonly vectors: VectorTable;
  readonly firstRow: Int32Array;
  /** Strength by capability and class, one row of `intentClasses.length` a capability. */
  readonly strengths: Float32Array;
  /** The marked strengths, for explanations. */
  readonly strengthsInWords: readonly string[];
  /** Quality tiers, 1 to 5, each once. */
  readonly distinctTiers: readonly number[];
  /** Which of the distinct tiers a capability has. */
  readonly tierSlots: Uint32Array;
  /** USD for a million output tokens, input weighed in. */
  readonly prices: Float64Array;
  /** Factor of the place where it runs. */
  readonly localities: Float64Array;
  /** Live state of each, read without a look-up by name. */
  readonly states: readonly LoadState[];
  /** Position in the order of ids, to break ties. */
  readonly order: Int32Array;

  /** Builds the index; the order of `list` does not matter. */
  constructor(
    list: readonly IndexedCapability[],
    options: { constants: Constants; load: LoadTracker },
  ) {
    const { constants, load } = options;
    const count = list.length;
    this.capabilities = list.map(({ capability }) => capability);
    this.states = this.capabilities.map(({ id }) => load.stateOf(id));
    this.names = new NameLookup(this.capabilities);
    this.firstRow = new Int32Array(count + 1);
    this.strengths = new Float32Array(count * intentClasses.length);
    const tiers = this.capabilities.map(({ profile }) =>
      profile?.qualityTier ?? constants.unknownTier
    );
    this.strengthsInWords = this.capabilities.map(({ profile }) => strengthsInWords(profile));
    this.distinctTiers = [...new Set(tiers)];
    this.tierSlots = Uint32Array.from(tiers, (tier) => this.distinctTiers.indexOf(tier));
    this.prices = new Float64Array(count);
    this.localities = new Float64Array(count);
    this.order = new Int32Array(count);
    const dimensions = list.find(({ vectors }) => vectors.length > 0)?.vectors[0]?.length ?? 0;
    const rows: Float32Array[] = [];
    list.forEach(({ capability, vectors }, i) => {
      // A vector of another space, left from a change of the embedder, can't be compared.
      for (const vector of vectors) if (vector.length === dimensions) rows.push(vector);
      this.firstRow[i + 1] = rows.length;
      this.prices[i] = blendedPrice(capability);
      this.localities[i] = localityFactor(capability.locality, constants);
      this.#setStrengths(i, constants);
    });
    this.vectors = new VectorTable(rows);
    const sorted = this.capabilities.map((_, i) => i).sort((a, b) => this.#compareIds(a, b));
    sorted.forEach((position, rank) => this.order[position] = rank);
  }

  #setStrengths(position: number, constants: Constants): void {
    this.strengths.set(
      strengthsOf(this.capabilities[position]!, constants),
      position * intentClasses.length,
    );
  }

  #compareIds(a: number, b: number): number {
    const left = this.capabilities[a]!.id;
    const right = this.capabilities[b]!.id;
    return left < right ? -1 : left > right ? 1 : a - b;
  }
}

/** Answers are shorter than prompts with their history: a part of the input price counts too. */
function blendedPrice({ cost }: Capability): number {
  const price = Math.max(0, cost.outputPerMTok) * 0.75 + Math.max(0, cost.inputPerMTok) * 0.25;
  return Number.isFinite(price) ? price : 0;
}

function localityFactor(locality: Locality, constants: Constants): number {
  switch (locality) {
    case "cloud":
      return constants.localityCloud;
    case "mesh":
      return constants.localityMesh;
    case "network":
      return constants.localityNetwork;
    default:
      return 1;
  }
}
