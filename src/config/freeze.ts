/**
 * Making a value unchangeable all the way down.
 *
 * @module
 */

/** Freezes `value` and everything that it holds; returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
