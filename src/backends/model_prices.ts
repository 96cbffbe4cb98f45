/**
 * What cloud models cost: the maintained data file of list prices.
 *
 * @module
 */

import type { CapabilityCost } from "../core/mod.ts";
import data from "./model_prices.json" with { type: "json" };

type Pair = readonly number[];

const prices: Readonly<Record<string, Readonly<Record<string, Pair>>>> = data.prices;
const assumed: Readonly<Record<string, Pair>> = data.assumed;

// gpt-4o-2024-08-06, claude-opus-5-20260724, gemini-3.1-pro-preview-09-2026, claude-3-opus-latest
const versionSuffix = /-(\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3}|latest|preview|exp)(-\d{2}-\d{2,4})?$/;

function toCost([inputPerMTok = 0, outputPerMTok = 0]: Pair): CapabilityCost {
  return { inputPerMTok, outputPerMTok };
}

/** The list price of a model at a provider; undefined where none is known. */
export function knownPrice(engine: string, model: string): CapabilityCost | undefined {
  const table = prices[engine];
  if (table === undefined) return undefined;
  const name = model.toLowerCase();
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found !== undefined) return toCost(found);
  const plain = name.replace(versionSuffix, "");
  const base = plain !== name && Object.hasOwn(table, plain) ? table[plain] : undefined;
  return base === undefined ? undefined : toCost(base);
}

/**
 * A cautious figure for a model whose price is unknown, so that the router does not take it for
 * free. It is marked as `assumed`, and is no price to show.
 */
export function assumedPrice(engine: string): CapabilityCost {
  return { ...toCost(assumed[engine] ?? assumed.other ?? [10, 50]), assumed: true };
}
