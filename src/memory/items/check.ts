/**
 * Checks of what comes with items and with searches alike.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { VectorSpace } from "../types.ts";

/** An error that says which value was wrong. */
export function invalid(message: string, param: string, hint?: string): AtmosphereError {
  return new AtmosphereError("invalid_request", message, {
    param,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** A time in milliseconds from ISO 8601; throws `invalid_request` when it is none. */
export function parseTime(value: unknown, param: string): number {
  const ms = typeof value === "string" ? Date.parse(value) : NaN;
  if (!Number.isFinite(ms)) {
    throw invalid(`${param} must be a time in ISO 8601, got ${JSON.stringify(value)}`, param);
  }
  return ms;
}

/** A vector as `Float32Array`; throws `invalid_request` when it is not usable in `space`. */
export function checkVector(
  vector: Float32Array | readonly number[],
  space: VectorSpace,
): Float32Array<ArrayBuffer> {
  if (space.kind === "none") {
    throw invalid(
      "The collection holds no vectors",
      "vector",
      "Leave the vector out, or use another collection",
    );
  }
  const result = new Float32Array(vector.length);
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i];
    if (typeof value !== "number") throw invalid(`vector[${i}] must be a number`, "vector");
    result[i] = value;
    if (!Number.isFinite(result[i])) {
      throw invalid(`vector[${i}] must be a finite 32-bit number, got ${value}`, "vector");
    }
    squares += value * value;
  }
  if (vector.length !== space.dimensions) {
    throw invalid(
      `The vector has ${vector.length} dimensions, the collection holds vectors of ${space.dimensions}`,
      "vector",
    );
  }
  if (!(Math.sqrt(squares) > 1e-20)) {
    throw invalid("The vector has no length, so it has no direction to compare", "vector");
  }
  return result;
}
