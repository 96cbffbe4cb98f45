/**
 * Reading single fields of documents that others wrote.
 *
 * @module
 */

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object; undefined for anything else, arrays included. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : undefined;
}

/** The value as an array; undefined for anything else. */
export function asArray(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** The value as text of 1 to `maxLength` characters without control characters; else undefined. */
export function asText(value: unknown, maxLength = 512): string | undefined {
  if (typeof value !== "string" || value.length > maxLength) return undefined;
  const text = value.trim();
  // deno-lint-ignore no-control-regex
  return text === "" || /[\u0000-\u001f\u007f]/.test(text) ? undefined : text;
}

/** The value as a positive whole number of at most `max`; else undefined. */
export function asCount(value: unknown, max = 1_000_000_000): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= max
    ? value
    : undefined;
}

/** The value as true or false; else undefined. */
export function asFlag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** The texts of an array, at most `maxItems`. */
export function asTexts(value: unknown, maxItems = 64): string[] {
  return (asArray(value) ?? []).slice(0, maxItems).map((item) => asText(item)).filter((item) =>
    item !== undefined
  );
}

/**
 * A price, given as a number or as text, times `factor`; undefined for what is no price. The result
 * is rounded to a hundredth of a cent a million tokens, which binary fractions of tokens miss.
 */
export function asPrice(value: unknown, factor: number): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number) || number < 0) return undefined;
  const price = Math.round(number * factor * 1e4) / 1e4;
  return price <= 100_000 ? price : undefined;
}
