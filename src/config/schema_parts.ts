/**
 * The pieces that the schema of the configuration file is made of.
 *
 * Every check of a piece has the same message: the whole expectation, so that a mistake always tells
 * everything that the value must be.
 *
 * @module
 */

import * as v from "valibot";

/** A schema of a setting. */
export type Setting<T> = v.GenericSchema<unknown, T>;

/** A text of the form `pattern`. */
export function text(expected: string, pattern: RegExp, description: string): Setting<string> {
  return v.pipe(
    v.string(expected),
    v.regex(pattern, expected),
    v.description(description),
  ) as unknown as Setting<string>;
}

/** A text of any form that is not blank. */
export function anyText(expected: string, description: string): Setting<string> {
  return text(expected, /\S/, description);
}

/** A name that is unique among its kind. */
export function identifier(description: string): Setting<string> {
  const expected = "a name of letters, digits, '.', '_' and '-'";
  return text(expected, /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, description);
}

/** The name of an environment variable. */
export function variableName(description: string): Setting<string> {
  return text("the name of an environment variable", /^[A-Za-z_][A-Za-z0-9_]*$/, description);
}

/** A secret, or a reference to the environment variable that holds it. */
export function secretText(): Setting<string> {
  return text(
    "a key of visible characters, or ${NAME} for an environment variable",
    /^[\x21-\x7e]+$/,
    "The key itself, or ${NAME} to take it from an environment variable.",
  );
}

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number, description: string): Setting<number> {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(min, expected),
    v.maxValue(max, expected),
    v.description(description),
  ) as unknown as Setting<number>;
}

/** A number from `min` to `max`. */
export function numberBetween(min: number, max: number, description: string): Setting<number> {
  const expected = `a number from ${min} to ${max}`;
  return v.pipe(
    v.number(expected),
    v.minValue(min, expected),
    v.maxValue(max, expected),
    v.description(description),
  ) as unknown as Setting<number>;
}

/** `true` or `false`. */
export function yesOrNo(description: string): Setting<boolean> {
  return v.pipe(
    v.boolean("true or false"),
    v.description(description),
  ) as unknown as Setting<boolean>;
}

/** One of `values`. */
export function choice<const T extends string>(
  values: readonly T[],
  description: string,
): Setting<T> {
  return v.pipe(
    v.picklist(values, `one of ${values.join(", ")}`),
    v.description(description),
  ) as unknown as Setting<T>;
}

/** A list of `item`. */
export function list<T>(item: Setting<T>, description: string): Setting<T[]> {
  return v.pipe(
    v.array(item, "a list"),
    v.description(description),
  ) as unknown as Setting<T[]>;
}

/** A mapping with names of the form of `key`, all values alike. */
export function mapping<T>(
  key: Setting<string>,
  value: Setting<T>,
  description: string,
): Setting<Record<string, T>> {
  return v.pipe(
    v.record(key as v.GenericSchema<string, string>, value, "a mapping"),
    v.description(description),
  ) as unknown as Setting<Record<string, T>>;
}

/** A mapping with these keys and no others. */
export function section<T>(
  entries: { readonly [K in keyof T]-?: Setting<T[K]> },
  description: string,
): Setting<T> {
  return v.pipe(
    v.strictObject(entries as unknown as v.ObjectEntries, "a mapping"),
    v.description(description),
  ) as unknown as Setting<T>;
}

/** A setting that may be absent. */
export function optional<T>(setting: Setting<T>): Setting<T | undefined> {
  return v.optional(setting) as unknown as Setting<T | undefined>;
}

/** A setting that is `value` when it is absent. */
export function withDefault<T>(setting: Setting<T>, value: NoInfer<T>): Setting<T> {
  return v.optional(setting, () => structuredClone(value)) as unknown as Setting<T>;
}
