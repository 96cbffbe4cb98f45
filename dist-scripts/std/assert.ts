/** `@std/assert` where JSR does not answer: the same code from npm, with the types this project uses. */
// deno-lint-ignore-file no-explicit-any
import * as std from "npm:deno-std@1.4.0/assert/mod.js";

// The package carries no types, so each assertion is given its own signature here.
const source = std as any;

type AnyError = abstract new (...args: any[]) => Error;

export const AssertionError: new (message: string, options?: ErrorOptions) => Error =
  source.AssertionError;
export const assert: (expr: unknown, msg?: string) => asserts expr = source.assert;
export const assertFalse: (expr: unknown, msg?: string) => asserts expr is false =
  source.assertFalse;
export const assertEquals: <T>(actual: T, expected: T, msg?: string) => void = source.assertEquals;
export const assertNotEquals: <T>(actual: T, expected: T, msg?: string) => void =
  source.assertNotEquals;
export const assertStrictEquals: <T>(
  actual: unknown,
  expected: T,
  msg?: string,
) => asserts actual is T = source.assertStrictEquals;
export const assertAlmostEquals: (
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
) => void = source.assertAlmostEquals;
export const assertExists: <T>(actual: T, msg?: string) => asserts actual is NonNullable<T> =
  source.assertExists;
export const assertGreater: <T>(actual: T, expected: T, msg?: string) => void =
  source.assertGreater;
export const assertGreaterOrEqual: <T>(actual: T, expected: T, msg?: string) => void =
  source.assertGreaterOrEqual;
export const assertLess: <T>(actual: T, expected: T, msg?: string) => void = source.assertLess;
export const assertLessOrEqual: <T>(actual: T, expected: T, msg?: string) => void =
  source.assertLessOrEqual;
export const assertInstanceOf: <T extends abstract new (...args: any[]) => any>(
  actual: unknown,
  expectedType: T,
  msg?: string,
) => asserts actual is InstanceType<T> = source.assertInstanceOf;
export const assertMatch: (actual: string, expected: RegExp, msg?: string) => void =
  source.assertMatch;
export const assertNotMatch: (actual: string, expected: RegExp, msg?: string) => void =
  source.assertNotMatch;
export const assertStringIncludes: (actual: string, expected: string, msg?: string) => void =
  source.assertStringIncludes;
export const assertArrayIncludes: <T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
) => void = source.assertArrayIncludes;
export const assertObjectMatch: (
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
) => void = source.assertObjectMatch;
export const fail: (msg?: string) => never = source.fail;
export const unreachable: (reason?: string) => never = source.unreachable;

/** Asserts that `fn` throws, optionally of a class and with a message part; returns what was thrown. */
export const assertThrows: {
  (fn: () => unknown, msg?: string): unknown;
  <E extends AnyError>(
    fn: () => unknown,
    ErrorClass: E,
    msgIncludes?: string,
    msg?: string,
  ): InstanceType<E>;
} = source.assertThrows;

/** Asserts that `fn` rejects, optionally with a class and a message part; resolves to the reason. */
export const assertRejects: {
  (fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  <E extends AnyError>(
    fn: () => PromiseLike<unknown>,
    ErrorClass: E,
    msgIncludes?: string,
    msg?: string,
  ): Promise<InstanceType<E>>;
} = source.assertRejects;
