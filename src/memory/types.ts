/**
 * What goes into the memory and what comes out.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";

/** The vectors that a collection holds; vectors of two different spaces can't be compared. */
export type VectorSpace =
  /** Made by one embedding model. */
  | {
    readonly kind: "embedder";
    readonly name: string;
    readonly dtype: string;
    readonly dimensions: number;
  }
  /** Given by the caller. */
  | { readonly kind: "own"; readonly dimensions: number }
  /** None: keyword search only. */
  | { readonly kind: "none" };

/** JSON that an item can carry. */
export type MetadataValue =
  | string
  | number
  | boolean
  | null
  | readonly MetadataValue[]
  | { readonly [key: string]: MetadataValue };

/** Facts beside an item's text, to filter by. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** Where in its source a piece of text stands. */
export interface SourcePosition {
  /** First line, from 1. */
  readonly startLine?: number;
  /** Last line, from 1, included. */
  readonly endLine?: number;
  /** First page, from 1, of a paged document. */
  readonly page?: number;
  /** Headings above the text, outermost first. */
  readonly headings?: readonly string[];
}

/** An item to be added. */
export interface NewItem {
  /** Unique in its collection and namespace; made up where absent. */
  readonly id?: string;
  /** At most 1 MiB of UTF-8. */
  readonly text: string;
  /** The caller's own vector, finite and not all zero. */
  readonly vector?: Float32Array | readonly number[];
  /** The space of `vector` as {@linkcode spaceLabel} writes it; needed in an embedder's collection. */
  readonly model?: string;
  readonly metadata?: Metadata;
  /** @default "" */
  readonly namespace?: string;
  /** Where the text came from: a path, a URL. */
  readonly source?: string;
  readonly position?: SourcePosition;
  /** ISO 8601; now where absent. */
  readonly createdAt?: string;
  /** ISO 8601; now where absent. */
  readonly updatedAt?: string;
  /** ISO 8601; the item is gone from then on. */
  readonly expiresAt?: string;
}

/** A stored item. Times are ISO 8601 in UTC. */
export interface Item {
  readonly id: string;
  readonly collection: string;
  readonly namespace: string;
  readonly text: string;
  readonly metadata: Metadata;
  readonly source?: string;
  readonly position?: SourcePosition;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt?: string;
  /** SHA-256 of the content, in hexadecimal. */
  readonly hash: string;
}

/** A version of an item that a later one took the place of. */
export interface ItemVersion extends Item {
  readonly supersededAt: string;
}

/** What became of an added item. */
export interface AddResult {
  readonly id: string;
  readonly status: "added" | "updated" | "unchanged";
}

/** A collection and what is in it. */
export interface CollectionInfo {
  readonly name: string;
  readonly space: VectorSpace;
  readonly items: number;
  /** Whether mesh peers may search it. */
  readonly shared: boolean;
  readonly createdAt: string;
}

/** Options of a new collection. */
export interface CollectionOptions {
  readonly space: VectorSpace;
  /** @default false */
  readonly shared?: boolean;
}

/** How to search. */
export type SearchMode = "dense" | "keyword" | "hybrid";

/**
 * A condition on metadata. Field names may be paths such as `author.name`; a field of an array
 * matches when one of its elements does; a field that an item lacks matches nothing but `$ne`,
 * `$nin`, `$not` and `{ $exists: false }`.
 */
export interface Filter {
  readonly [field: string]: FilterCondition | readonly Filter[] | Filter;
}

/** A condition on one field: a value that it equals, or operators that all hold. */
export type FilterCondition = string | number | boolean | null | {
  readonly $eq?: string | number | boolean | null;
  readonly $ne?: string | number | boolean | null;
  readonly $gt?: string | number;
  readonly $gte?: string | number;
  readonly $lt?: string | number;
  readonly $lte?: string | number;
  readonly $in?: readonly (string | number | boolean | null)[];
  readonly $nin?: readonly (string | number | boolean | null)[];
  readonly $exists?: boolean;
};

/** Which items an operation is about. All conditions hold at once. */
export interface Scope {
  /** Any namespace where absent. */
  readonly namespace?: string;
  readonly source?: string;
  readonly filter?: Filter;
  /** ISO 8601, included. */
  readonly createdAfter?: string;
  /** ISO 8601, excluded. */
  readonly createdBefore?: string;
  /** ISO 8601, included. */
  readonly updatedAfter?: string;
  /** ISO 8601, excluded. */
  readonly updatedBefore?: string;
}

/** A search. */
export interface SearchQuery extends Scope {
  /** What to look for, in words. */
  readonly text?: string;
  /** What to look for, as a vector of the collection's space. */
  readonly vector?: Float32Array | readonly number[];
  /** @default "default" */
  readonly collection?: string;
  /** @default "hybrid" where both are possible */
  readonly mode?: SearchMode;
  /** Most hits. @default 10 */
  readonly limit?: number;
  /** Least cosine of a dense hit, -1 to 1. */
  readonly minSimilarity?: number;
  /** Whether to tell how the answer came about. @default false */
  readonly explain?: boolean;
}

/** An item that was found. */
export interface SearchHit {
  readonly item: Item;
  /** Cosine in dense mode, BM25 in keyword mode, fused score in hybrid mode; higher is better. */
  readonly score: number;
  /** Cosine to the query, where the dense search found it. */
  readonly similarity?: number;
  /** BM25, where the keyword search found it. */
  readonly bm25?: number;
  /** Place in the dense search's list, from 1. */
  readonly denseRank?: number;
  /** Place in the keyword search's list, from 1. */
  readonly keywordRank?: number;
}

/** How a search came about. */
export interface SearchExplanation {
  /** Vectors that were compared with the query. */
  readonly compared: number;
  /** Items that the scope leaves; undefined when nothing narrowed the search. */
  readonly inScope?: number;
  /** How vectors were compared: `int8 scan, 40 reranked`. */
  readonly dense?: string;
  /** The FTS5 expression that the words became. */
  readonly keyword?: string;
  /** How the two lists were fused. */
  readonly fusion?: string;
  /** Fields of the filter that no item of the collection has. */
  readonly unknownFields?: readonly string[];
  /** Milliseconds by stage. */
  readonly timingsMs: Readonly<Record<string, number>>;
}

/** The answer to a search. */
export interface SearchResult {
  readonly mode: SearchMode;
  readonly hits: readonly SearchHit[];
  readonly explain?: SearchExplanation;
}

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
