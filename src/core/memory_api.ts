/**
 * The vector memory as programs see it: what goes in, what comes out.
 *
 * `memory/` implements it; the server's routes and the commands are written against it.
 *
 * @module
 */

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
  /** The space of `vector` as `NAME/DTYPE/DIMENSIONS`; needed in an embedder's collection. */
  readonly model?: string;
  /** Free facts about it. */
  readonly metadata?: Metadata;
  /** Part of the collection that it is in. @default "" */
  readonly namespace?: string;
  /** Where the text came from: a path, a URL. */
  readonly source?: string;
  /** Where in its source it was. */
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
  /** Unique in its collection. */
  readonly id: string;
  /** Name of the collection. */
  readonly collection: string;
  /** Part of the collection that it is in. */
  readonly namespace: string;
  /** The text. */
  readonly text: string;
  /** Free facts about it. */
  readonly metadata: Metadata;
  /** Where it came from. */
  readonly source?: string;
  /** Where in its source it was. */
  readonly position?: SourcePosition;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  /** ISO 8601 in UTC. */
  readonly updatedAt: string;
  /** When it stops to be found; ISO 8601 in UTC. */
  readonly expiresAt?: string;
  /** SHA-256 of the content, in hexadecimal. */
  readonly hash: string;
}

/** A version of an item that a later one took the place of. */
export interface ItemVersion extends Item {
  /** When a newer version took its place; ISO 8601 in UTC. */
  readonly supersededAt: string;
}

/** What became of an added item. */
export interface AddResult {
  /** Unique in its collection. */
  readonly id: string;
  /** What became of it. */
  readonly status: "added" | "updated" | "unchanged";
}

/** A collection and what is in it. */
export interface CollectionInfo {
  /** Unique in the store. */
  readonly name: string;
  /** The space that its vectors are in. */
  readonly space: VectorSpace;
  /** Number of items. */
  readonly items: number;
  /** Whether mesh peers may search it. */
  readonly shared: boolean;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  /** A name for people, which need not be unique. */
  readonly label?: string;
  /** Facts about the collection. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What can be changed of a collection. */
export interface CollectionChange {
  /** Whether mesh peers may search it. */
  readonly shared?: boolean;
  /** A name for people. */
  readonly label?: string;
  /** Facts about the collection; they take the place of the former ones. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Options of a new collection. */
export interface CollectionOptions {
  /** The space that its vectors are in. @default the embedder's, or none where there is no embedder */
  readonly space?: VectorSpace;
  /** Whether peers may search it. @default false */
  readonly shared?: boolean;
  /** A name for people. */
  readonly label?: string;
  /** Facts about the collection. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** How to search. */
export type SearchMode = "dense" | "keyword" | "hybrid";

/**
 * A condition on metadata. Field names may be paths such as `author.name`; a field of an array
 * matches when one of its elements does; a field that an item lacks matches nothing but `$ne`,
 * `$nin`, `$not` and `{ $exists: false }`.
 */
export interface Filter {
  /** A condition on a metadata field, or a combination of filters. */
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
  /** Where it came from. */
  readonly source?: string;
  /** Conditions on metadata. */
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
  /** Name of the collection. @default "default" */
  readonly collection?: string;
  /** How to search. @default "hybrid" where both are possible */
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
  /** The item that was found. */
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
  /** How to search. */
  readonly mode: SearchMode;
  /** What was found, best first. */
  readonly hits: readonly SearchHit[];
  /** How it was found. */
  readonly explain?: SearchExplanation;
}

/** A page of a list. */
export interface ItemPage {
  /** Items. */
  readonly items: readonly Item[];
  /** Where the next page starts; undefined after the last. */
  readonly next?: string;
}

/** Which items to forget. */
export interface ForgetSelection extends Scope {
  /** Items by id, in `namespace` or the default one. */
  readonly ids?: readonly string[];
  /** Every item that the rest of the scope leaves. */
  readonly all?: boolean;
}

/** What is in the database. */
export interface MemoryStats {
  /** File or address. */
  readonly place: string;
  /** Version of the schema. */
  readonly version: number;
  /** Number of collections. */
  readonly collections: number;
  /** Number of items. */
  readonly items: number;
  /** Former versions of items. */
  readonly versions: number;
  /** Bytes of the database; 0 where a server does not tell. */
  readonly sizeBytes: number;
  /** Bytes of vectors in memory. */
  readonly loadedBytes: number;
}

/** A line that could not be imported. */
export interface BrokenLine {
  /** From 1. */
  readonly line: number;
  /** What is wrong. */
  readonly message: string;
}

/** What an import has done. */
export interface ImportReport {
  /** Items that are new. */
  readonly added: number;
  /** Items that took the place of an older version. */
  readonly updated: number;
  /** Items that were there already. */
  readonly unchanged: number;
  /** Broken lines that were left out, the first hundred. */
  readonly broken: readonly BrokenLine[];
}

/** Options of an import. */
export interface ImportOptions {
  /** Whether to leave broken lines out instead of stopping at the first. @default false */
  readonly skipBroken?: boolean;
  /** Whether to use the vectors in the file; without, texts are embedded afresh. @default true */
  readonly vectors?: boolean;
  /** Told after each batch. */
  readonly onProgress?: (lines: number) => void;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** Kinds of documents that can be taken apart. */
export type MediaType = "text/markdown" | "text/plain" | "text/html" | "application/pdf";

/** A document to be taken apart. */
export interface DocumentContent {
  /** Path or address; becomes the source of its items. */
  readonly name: string;
  /** Content of the document. */
  readonly bytes: Uint8Array;
  /** What kind of document it is. @default by the name's extension */
  readonly mediaType?: MediaType;
}

/** A document to be added. */
export interface NewDocument extends DocumentContent {
  /** Facts that every chunk carries. */
  readonly metadata?: Metadata;
  /** Part of the collection that it is in. @default "" */
  readonly namespace?: string;
}

/** How large chunks are. */
export interface ChunkOptions {
  /** Longest chunk in characters, headings not counted. @default 1000 */
  readonly maxCharacters?: number;
  /** About how much of a chunk's end the next one repeats. @default 120 */
  readonly overlapCharacters?: number;
}

/** What adding a document has done. */
export interface DocumentReport {
  /** Where it came from. */
  readonly source: string;
  /** Parts that it was cut into. */
  readonly chunks: number;
  /** Items that are new. */
  readonly added: number;
  /** Items that took the place of an older version. */
  readonly updated: number;
  /** Items that were there already. */
  readonly unchanged: number;
  /** Former chunks that the document has no more; their text is kept as history. */
  readonly removed: number;
}

/** Options common to operations on one collection. */
export interface CollectionChoice {
  /** Name of the collection. @default "default" */
  readonly collection?: string;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** Options of operations on one item. */
export interface ItemChoice extends CollectionChoice {
  /** Part of the collection that it is in. @default "" */
  readonly namespace?: string;
}

/** The memory. Every method throws `AtmosphereError`, or the signal's reason. */
export interface MemoryApi {
  /** All collections, by name. */
  collections(options?: { signal?: AbortSignal }): Promise<CollectionInfo[]>;
  /** Creates a collection; nothing happens when it is there with the same space. */
  createCollection(name: string, options: CollectionOptions): Promise<CollectionInfo>;
  /** Changes what `change` names, such as whether mesh peers may search it. Throws `not_found`. */
  changeCollection(name: string, change: CollectionChange): Promise<CollectionInfo>;
  /** Deletes a collection with everything in it; whether there was one. */
  dropCollection(name: string): Promise<boolean>;
  /**
   * Adds items and resolves when they are on the disk; the next search finds them.
   *
   * The same content changes nothing; other content under a known id takes the place of the former
   * version, which becomes history.
   */
  add(items: readonly NewItem[], options?: CollectionChoice): Promise<AddResult[]>;
  /** Adds a document as chunks. Adding it again replaces what changed. */
  addDocument(
    document: NewDocument,
    options?: CollectionChoice & ChunkOptions & {
      readonly onProgress?: (done: number, all: number) => void;
    },
  ): Promise<DocumentReport>;
  /** Searches a collection by meaning, by words or both. */
  search(query: SearchQuery, options?: { signal?: AbortSignal }): Promise<SearchResult>;
  /** One item; undefined when there is none. */
  get(id: string, options?: ItemChoice): Promise<Item | undefined>;
  /** Former versions of an item, latest first. */
  history(id: string, options?: ItemChoice): Promise<ItemVersion[]>;
  /** Items by namespace and id, a page at a time. */
  list(
    options?: CollectionChoice & Scope & { readonly limit?: number; readonly cursor?: string },
  ): Promise<ItemPage>;
  /** Deletes items with their former versions, for good; how many items there were. */
  forget(selection: ForgetSelection, options?: CollectionChoice): Promise<number>;
  /** Items as JSON Lines, by namespace and id; the same items give the same bytes. */
  export(
    options?: CollectionChoice & Scope & {
      /** Whether vectors are written as well. @default true */
      readonly vectors?: boolean;
    },
  ): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Adds the items of an export. Repeating it changes nothing. */
  import(
    stream: AsyncIterable<Uint8Array>,
    options?: ImportOptions & { readonly collection?: string },
  ): Promise<ImportReport>;
  /** What is in the database. */
  stats(options?: { signal?: AbortSignal }): Promise<MemoryStats>;
  /** What is wrong with the database; an empty list when nothing is. Reads all of a file. */
  verify(options?: { signal?: AbortSignal }): Promise<string[]>;
}
