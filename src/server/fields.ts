/**
 * Reads typed fields out of a JSON body, naming the field and what was expected when it is wrong.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";
import { describe } from "./body.ts";

/** A JSON object of a request. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether `value` is a JSON object. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The error for a field `param` that holds `value`. */
export function wrongType(param: string, expected: string, value: unknown): AtmosphereError {
  return new AtmosphereError(
    "invalid_request",
    value === undefined
      ? `"${param}" is missing, expected ${expected}`
      : `"${param}" must be ${expected}, got ${describe(value)}`,
    { param },
  );
}

/** A value that may be absent or null, else a string. `name` is the field's full path. */
export function optionalString(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw wrongType(name, "a string", value);
  return value;
}

/** A value that may be absent or null, else true or false. */
export function optionalBoolean(value: unknown, name: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw wrongType(name, "true or false", value);
  return value;
}

/** A value that may be absent or null, else a number of at least `min`. */
export function optionalNumber(value: unknown, name: string, min = 0): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || value < min) {
    throw wrongType(name, `a number of at least ${min}`, value);
  }
  return value;
}

/** A value that may be absent or null, else a whole number of at least `min`. */
export function optionalInteger(value: unknown, name: string, min = 1): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < min) {
    throw wrongType(name, `a whole number of at least ${min}`, value);
  }
  return value;
}

/** A value that may be absent or null, else an array. */
export function optionalArray(value: unknown, name: string): readonly unknown[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw wrongType(name, "an array", value);
  return value;
}

/** A value that may be absent or null, else an array of strings. */
export function optionalStrings(value: unknown, name: string): readonly string[] | undefined {
  const items = optionalArray(value, name);
  items?.forEach((item, index) => {
    if (typeof item !== "string") throw wrongType(`${name}[${index}]`, "a string", item);
  });
  return items as readonly string[] | undefined;
}

/** A value that may be absent or null, else an object. */
export function optionalObject(value: unknown, name: string): Fields | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw wrongType(name, "an object", value);
  return value;
}

/** A value that may be absent or null, else one of `choices`. */
export function optionalChoice<T extends string>(
  value: unknown,
  name: string,
  choices: readonly T[],
): T | undefined {
  if (value === undefined || value === null) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw wrongType(name, `one of ${choices.map((c) => `"${c}"`).join(", ")}`, value);
  }
  return found;
}
