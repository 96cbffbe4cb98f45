/**
 * Metadata as canonical JSON and as facets that filters look up.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";

/**
 * One value of one field: path, kind and value.
 *
 * Kinds: `s` string, `n` number, `b` boolean, `z` null, `o` object or array (only to exist).
 */
export type Facet = readonly [
  key: string,
  kind: "s" | "n" | "b" | "z" | "o",
  value: string | number,
];

const maxDepth = 16;

/** JSON with sorted keys, the same for equal values. Throws `invalid_request` on what JSON has not. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > maxDepth) {
    throw new AtmosphereError("invalid_request", `metadata is nested deeper than ${maxDepth}`, {
      param: "metadata",
    });
  }
  if (value === null || typeof value === "string" || typeof value === "boolean") {
    return JSON.stringify(value);
  }
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((inner) => canonicalJson(inner, depth + 1)).join(",")}]`;
  }
  if (typeof value === "object") {
    const entries = Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => a < b ? -1 : 1)
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner, depth + 1)}`);
    return `{${entries.join(",")}}`;
  }
  throw new AtmosphereError("invalid_request", `metadata can't hold ${String(value)}`, {
    param: "metadata",
  });
}

/** A scalar as kind and value of a facet. */
export function facetValue(
  value: string | number | boolean | null,
): [kind: "s" | "n" | "b" | "z", value: string | number] {
  if (value === null) return ["z", 0];
  if (typeof value === "boolean") return ["b", value ? 1 : 0];
  return typeof value === "number" ? ["n", value] : ["s", value];
}

/** Every field of `metadata`, nested ones by their path with dots. */
export function facetsOf(metadata: Record<string, unknown>): Facet[] {
  const facets: Facet[] = [];
  function visit(key: string, value: unknown): void {
    if (typeof value !== "object" || value === null) {
      facets.push([key, ...facetValue(value as string | number | boolean | null)]);
      return;
    }
    facets.push([key, "o", 0]);
    if (Array.isArray(value)) {
      for (const inner of value) visit(key, inner);
      return;
    }
    for (const [name, inner] of Object.entries(value)) visit(`${key}.${name}`, inner);
  }
  for (const [key, value] of Object.entries(metadata)) visit(key, value);
  return facets;
}
