/**
 * Checks an item and brings it into the form that is stored.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { AtmosphereError } from "../../core/errors.ts";
import { type Metadata, type NewItem, spaceLabel, type VectorSpace } from "../types.ts";
import { checkVector, invalid, parseTime } from "./check.ts";
import { canonicalJson, type Facet, facetsOf } from "./metadata.ts";

/** Longest text of one item, in bytes of UTF-8. */
export const maxTextBytes = 1_048_576;
const maxMetadataBytes = 65_536;
const maxIdBytes = 1_024;
const maxSourceBytes = 4_096;

/** An item that passed every check. */
export interface PreparedItem {
  readonly id: string | undefined;
  readonly text: string;
  readonly vector: Float32Array<ArrayBuffer> | undefined;
  readonly metadata: string;
  readonly facets: readonly Facet[];
  readonly namespace: string;
  readonly source: string | null;
  readonly position: string | null;
  readonly createdAtMs: number | undefined;
  readonly updatedAtMs: number | undefined;
  readonly expiresAtMs: number | null;
  readonly hash: string;
}

function checkString(value: unknown, param: string, maxBytes: number): string {
  if (typeof value !== "string") throw invalid(`${param} must be a string`, param);
  if (!value.isWellFormed()) {
    throw invalid(`${param} is not valid Unicode (it holds half a surrogate pair)`, param);
  }
  if (value.includes("\0")) throw invalid(`${param} must not hold a NUL character`, param);
  // UTF-8 takes at most three bytes a UTF-16 unit, so that short strings need no encoding.
  if (value.length * 3 > maxBytes) {
    const sizeBytes = new TextEncoder().encode(value).length;
    if (sizeBytes > maxBytes) {
      throw new AtmosphereError(
        "payload_too_large",
        `${param} has ${sizeBytes} bytes, the most is ${maxBytes}`,
        { param, hint: "Add long documents as documents, which are split into chunks" },
      );
    }
  }
  return value;
}

/** The given vector of an item, once it is known to belong to `space`. */
function itemVector(item: NewItem, space: VectorSpace): Float32Array<ArrayBuffer> | undefined {
  if (item.vector === undefined) {
    if (space.kind === "own") {
      throw invalid(
        `The collection holds own vectors of ${space.dimensions} dimensions, the item has none`,
        "vector",
      );
    }
    return undefined;
  }
  if (space.kind === "embedder" || item.model !== undefined) {
    const label = spaceLabel(space);
    if (item.model !== label) {
      throw invalid(
        `The vector is of ${item.model ?? "an unnamed model"}, the collection of ${label}`,
        "model",
        "Leave the vector out to have the text embedded, or use another collection",
      );
    }
  }
  return checkVector(item.vector, space);
}

/** The hash of what makes an item what it is: text, metadata, source and its own vector. */
export function contentHash(
  parts: { text: string; metadata: string; source: string | null; own?: Float32Array<ArrayBuffer> },
): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([parts.text, parts.metadata, parts.source]));
  if (parts.own !== undefined) hash.update(new Uint8Array(parts.own.buffer));
  return hash.digest("hex");
}

/** Checks `item` for a collection of `space`. Throws `invalid_request` or `payload_too_large`. */
export function prepareItem(item: NewItem, space: VectorSpace): PreparedItem {
  const text = checkString(item.text, "text", maxTextBytes);
  const id = item.id === undefined ? undefined : checkString(item.id, "id", maxIdBytes);
  if (id === "") throw invalid("id must not be empty", "id");
  const namespace = checkString(item.namespace ?? "", "namespace", maxIdBytes);
  const source = item.source === undefined
    ? null
    : checkString(item.source, "source", maxSourceBytes);
  const metadata = canonicalJson(checkMetadata(item.metadata));
  checkString(metadata, "metadata", maxMetadataBytes);
  const vector = itemVector(item, space);
  return {
    id,
    text,
    vector,
    metadata,
    facets: facetsOf(JSON.parse(metadata)),
    namespace,
    source,
    position: item.position === undefined ? null : canonicalJson(item.position),
    createdAtMs: item.createdAt === undefined ? undefined : parseTime(item.createdAt, "createdAt"),
    updatedAtMs: item.updatedAt === undefined ? undefined : parseTime(item.updatedAt, "updatedAt"),
    expiresAtMs: item.expiresAt === undefined ? null : parseTime(item.expiresAt, "expiresAt"),
    hash: contentHash({
      text,
      metadata,
      source,
      ...(space.kind === "own" && vector !== undefined ? { own: vector } : {}),
    }),
  };
}

function checkMetadata(metadata: Metadata | undefined): Metadata {
  if (metadata === undefined) return {};
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw invalid("metadata must be an object", "metadata");
  }
  return metadata;
}

/** Splits items so that no id is twice in a part; parts are written one after another. */
export function withoutTwins(items: readonly PreparedItem[]): PreparedItem[][] {
  const parts: PreparedItem[][] = [[]];
  let seen = new Set<string>();
  for (const item of items) {
    const key = item.id === undefined ? undefined : JSON.stringify([item.namespace, item.id]);
    if (key !== undefined && seen.has(key)) {
      parts.push([]);
      seen = new Set();
    }
    if (key !== undefined) seen.add(key);
    parts.at(-1)!.push(item);
  }
  return parts;
}
