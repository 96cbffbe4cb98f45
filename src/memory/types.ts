/**
 * The memory's types, and vector spaces as words.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import type { VectorSpace } from "../core/memory_api.ts";

export type * from "../core/memory_api.ts";
export type * from "../core/memory_files_api.ts";

/** The space as one word: `all-minilm-l6-v2/q8/384`, `own/3` or `none`. */
export function spaceLabel(space: VectorSpace): string {
  switch (space.kind) {
    case "embedder":
      return `${space.name}/${space.dtype}/${space.dimensions}`;
    case "own":
      return `own/${space.dimensions}`;
    case "none":
      return "none";
  }
}

/** The space that {@linkcode spaceLabel} wrote. Throws `invalid_request` when it is none. */
export function parseSpaceLabel(label: string): VectorSpace {
  if (label === "none") return { kind: "none" };
  const parts = label.split("/");
  const dimensions = Number(parts.pop());
  if (Number.isInteger(dimensions) && dimensions > 0) {
    if (parts.length === 1 && parts[0] === "own") return { kind: "own", dimensions };
    const dtype = parts.pop();
    const name = parts.join("/");
    if (dtype !== undefined && dtype !== "" && name !== "") {
      return { kind: "embedder", name, dtype, dimensions };
    }
  }
  throw new AtmosphereError(
    "invalid_request",
    `A vector's model must be NAME/DTYPE/DIMENSIONS or own/DIMENSIONS, got ${
      JSON.stringify(label)
    }`,
    { param: "model" },
  );
}
