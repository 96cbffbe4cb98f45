/**
 * What requests to the memory say, checked as far as their shape goes; the memory checks the rest.
 *
 * @module
 */

import type {
  ForgetSelection,
  NewItem,
  Scope,
  SearchMode,
  SearchQuery,
  VectorSpace,
} from "../../core/mod.ts";
import {
  type Fields,
  isObject,
  optionalArray,
  optionalBoolean,
  optionalChoice,
  optionalInteger,
  optionalNumber,
  optionalObject,
  optionalString,
  optionalStrings,
  wrongType,
} from "../fields.ts";
import { defined } from "../policy_extension.ts";

const modes: readonly SearchMode[] = ["dense", "keyword", "hybrid"];

/** A value that may be absent or null, else an array of numbers. */
export function optionalVector(value: unknown, name: string): number[] | undefined {
  const vector = optionalArray(value, name);
  vector?.forEach((element, i) => {
    if (typeof element !== "number") throw wrongType(`${name}[${i}]`, "a number", element);
  });
  return vector as number[] | undefined;
}

/** Which items a body is about. */
export function readScope(body: Fields): Scope {
  return defined<Scope>({
    namespace: optionalString(body.namespace, "namespace"),
    source: optionalString(body.source, "source"),
    filter: optionalObject(body.filter, "filter") as Scope["filter"],
    createdAfter: optionalString(body.createdAfter, "createdAfter"),
    createdBefore: optionalString(body.createdBefore, "createdBefore"),
    updatedAfter: optionalString(body.updatedAfter, "updatedAfter"),
    updatedBefore: optionalString(body.updatedBefore, "updatedBefore"),
  });
}

/** A search. */
export function readSearch(body: Fields): SearchQuery {
  return {
    ...readScope(body),
    ...defined<SearchQuery>({
      text: optionalString(body.text, "text"),
      vector: optionalVector(body.vector, "vector"),
      collection: optionalString(body.collection, "collection"),
      mode: optionalChoice(body.mode, "mode", modes),
      limit: optionalInteger(body.limit, "limit"),
      minSimilarity: optionalNumber(body.minSimilarity, "minSimilarity", -1),
      explain: optionalBoolean(body.explain, "explain"),
    }),
  };
}

function readItem(value: unknown, name: string): NewItem {
  if (!isObject(value)) throw wrongType(name, "an object", value);
  if (typeof value.text !== "string") throw wrongType(`${name}.text`, "a text", value.text);
  return {
    text: value.text,
    ...defined<Omit<NewItem, "text">>({
      id: optionalString(value.id, `${name}.id`),
      vector: optionalVector(value.vector, `${name}.vector`),
      model: optionalString(value.model, `${name}.model`),
      metadata: optionalObject(value.metadata, `${name}.metadata`) as NewItem["metadata"],
      namespace: optionalString(value.namespace, `${name}.namespace`),
      source: optionalString(value.source, `${name}.source`),
      position: optionalObject(value.position, `${name}.position`) as NewItem["position"],
      createdAt: optionalString(value.createdAt, `${name}.createdAt`),
      updatedAt: optionalString(value.updatedAt, `${name}.updatedAt`),
      expiresAt: optionalString(value.expiresAt, `${name}.expiresAt`),
    }),
  };
}

/** Items to be added. */
export function readItems(body: Fields): NewItem[] {
  const items = optionalArray(body.items, "items");
  if (items === undefined || items.length === 0) {
    throw wrongType("items", "an array of at least one item", body.items);
  }
  return items.map((item, i) => readItem(item, `items[${i}]`));
}

/** What to forget. */
export function readSelection(body: Fields): ForgetSelection {
  return {
    ...readScope(body),
    ...defined<ForgetSelection>({
      ids: optionalStrings(body.ids, "ids"),
      all: optionalBoolean(body.all, "all"),
    }),
  };
}

/** The vectors of a new collection. */
export function readSpace(value: unknown): VectorSpace {
  const space = optionalObject(value, "space") ?? {};
  const kind = optionalChoice(space.kind, "space.kind", ["embedder", "own", "none"] as const);
  if (kind === undefined) throw wrongType("space.kind", '"embedder", "own" or "none"', kind);
  if (kind === "none") return { kind };
  const dimensions = optionalInteger(space.dimensions, "space.dimensions");
  if (dimensions === undefined) {
    throw wrongType("space.dimensions", "a whole number", space.dimensions);
  }
  if (kind === "own") return { kind, dimensions };
  const name = optionalString(space.name, "space.name");
  const dtype = optionalString(space.dtype, "space.dtype");
  if (name === undefined) throw wrongType("space.name", "a model's name", space.name);
  if (dtype === undefined) throw wrongType("space.dtype", "a precision", space.dtype);
  return { kind, name, dtype, dimensions };
}
