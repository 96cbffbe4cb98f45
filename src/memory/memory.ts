/**
 * The memory as programs use it: texts are embedded on the way in and on the way to a search.
 *
 * @module
 */

import { AtmosphereError, type Clock, systemClock } from "../core/mod.ts";
import { EngineClient } from "./client.ts";
import { fileUrl } from "./database/place.ts";
import type { SalvagedPage } from "./database/salvage.ts";
import { MemoryFiles } from "./files.ts";
import { addDocument } from "./documents/add.ts";
import { DocumentReader } from "./documents/reader.ts";
import type { ExportPage } from "./transfer/export.ts";
import { Importer } from "./transfer/import.ts";
import {
  type AddResult,
  type ChunkOptions,
  type CollectionChange,
  type CollectionChoice,
  type CollectionInfo,
  type CollectionOptions,
  type DocumentReport,
  type ForgetSelection,
  type ImportOptions,
  type ImportReport,
  type Item,
  type ItemChoice,
  type ItemPage,
  type ItemVersion,
  type MemoryApi,
  type MemoryFilesApi,
  type MemoryStats,
  type NewDocument,
  type NewItem,
  parseSpaceLabel,
  type Scope,
  type SearchQuery,
  type SearchResult,
  spaceLabel,
  type VectorSpace,
} from "./types.ts";

/** What the memory needs of an embedding engine. */
export interface EmbedTexts {
  /** The space of its vectors. */
  readonly model: { readonly name: string; readonly dtype: string; readonly dimensions: number };
  /** Resolves when `model` is final; absent where it always is. */
  warm?(options?: { signal?: AbortSignal }): Promise<void>;
  /** One vector a text, in order. */
  embed(
    texts: readonly string[],
    options?: { signal?: AbortSignal },
  ): Promise<{ readonly vectors: readonly Float32Array[] }>;
}

/** Options of {@linkcode createMemory}. One of `path` and `url` is needed. */
export interface MemoryOptions {
  /** A file; created where there is none. */
  readonly path?: string;
  /** A libSQL server: `libsql:`, `https:` or `http:`; or `file:PATH`. */
  readonly url?: string;
  /** The server's token. */
  readonly token?: string;
  /** Makes vectors of texts; without one, callers bring vectors or search by words. */
  readonly embedder?: EmbedTexts;
  /** Longest wait for another process's lock on the file. @default 30_000 */
  readonly busyTimeoutMs?: number;
  /**
   * Whether vectors in memory may be looked at by their signs first, which is several times quicker
   * and takes an eighth more memory. It is checked on a sample of the stored vectors whether that
   * finds what it should, and not done where it does not. @default false
   */
  readonly bits?: boolean;
  /** Tells the time of new items and of expiry. @default the machine's clock */
  readonly clock?: Clock;
}

const batchItems = 64;

/** A vector memory on a libSQL file or server. Dispose it to end its thread. */
export class Memory implements MemoryApi, AsyncDisposable {
  readonly #engine: EngineClient;
  readonly #embedder: EmbedTexts | undefined;
  readonly #spaces = new Map<string, VectorSpace>();
  readonly #reader = new DocumentReader();

  /** Files that are kept whole. */
  readonly files: MemoryFilesApi;

  /** Use {@linkcode createMemory}. */
  constructor(
    engine: EngineClient,
    options: { embedder: EmbedTexts | undefined; clock: Clock },
  ) {
    this.#engine = engine;
    this.#embedder = options.embedder;
    this.files = new MemoryFiles(this, { engine, clock: options.clock });
  }

  /** Whether it can still be asked; false after a crash of its thread and when disposed. */
  get isOpen(): boolean {
    return this.#engine.isOpen;
  }

  /** All collections, by name. */
  async collections(options: { signal?: AbortSignal } = {}): Promise<CollectionInfo[]> {
    const found = await this.#engine.call("collections", undefined, options.signal);
    this.#spaces.clear();
    for (const { name, space } of found) this.#spaces.set(name, space);
    return found;
  }

  /** Creates a collection; nothing happens when it is there with the same space. */
  async createCollection(name: string, options: CollectionOptions): Promise<CollectionInfo> {
    const space = options.space ?? await this.#ownSpace();
    const created = await this.#engine.call("createCollection", { ...options, name, space });
    this.#spaces.set(name, created.space);
    return created;
  }

  /** The space of the embedder's vectors; none where there is no embedder. */
  async #ownSpace(signal?: AbortSignal): Promise<VectorSpace> {
    if (this.#embedder === undefined) return { kind: "none" };
    await this.#embedder.warm?.(signal === undefined ? {} : { signal });
    const { name, dtype, dimensions } = this.#embedder.model;
    return { kind: "embedder", name, dtype, dimensions };
  }

  /** Deletes a collection with everything in it; whether there was one. */
  async dropCollection(name: string): Promise<boolean> {
    this.#spaces.delete(name);
    return await this.#engine.call("dropCollection", { name });
  }

  /** Changes what `change` names of a collection. Throws `not_found`. */
  async changeCollection(name: string, change: CollectionChange): Promise<CollectionInfo> {
    return await this.#engine.call("changeCollection", { name, change });
  }

  async #space(name: string, signal: AbortSignal | undefined): Promise<VectorSpace | undefined> {
    if (!this.#spaces.has(name)) await this.collections(signal === undefined ? {} : { signal });
    return this.#spaces.get(name);
  }

  /** The collection's space; the collection is made for `first` where there is none. */
  async #spaceFor(
    name: string,
    options: { first: NewItem; signal: AbortSignal | undefined },
  ): Promise<VectorSpace> {
    const known = await this.#space(name, options.signal);
    if (known !== undefined) return known;
    const { first } = options;
    if (first.vector !== undefined) {
      const space = first.model === undefined
        ? { kind: "own", dimensions: first.vector.length } as const
        : parseSpaceLabel(first.model);
      return (await this.createCollection(name, { space })).space;
    }
    if (this.#embedder === undefined) {
      throw new AtmosphereError(
        "invalid_request",
        `The collection "${name}" is new and nothing says which vectors it holds`,
        { hint: "Give vectors or an embedder, or create the collection without vectors" },
      );
    }
    const space = await this.#ownSpace(options.signal);
    return (await this.createCollection(name, { space })).space;
  }

  /** The embedder, if its vectors belong to `space`. */
  async #embedderFor(
    space: VectorSpace,
    options: { collection: string; signal: AbortSignal | undefined },
  ): Promise<EmbedTexts> {
    const { collection, signal } = options;
    const label = spaceLabel(space);
    if (this.#embedder === undefined) {
      throw new AtmosphereError(
        "invalid_request",
        `The collection "${collection}" needs vectors of ${label} and no embedder is there`,
      );
    }
    const own = spaceLabel(await this.#ownSpace(signal));
    if (own !== label) {
      throw new AtmosphereError(
        "invalid_request",
        `The collection "${collection}" holds vectors of ${label}, this node embeds with ${own}`,
        {
          hint:
            "Export it without vectors and import it into a new collection, or use the former model",
        },
      );
    }
    return this.#embedder;
  }

  /**
   * Adds items and resolves when they are on the disk; the next search finds them.
   *
   * The same content changes nothing; other content under a known id takes the place of the former
   * version, which becomes history.
   */
  async add(
    items: readonly NewItem[],
    options: CollectionChoice = {},
  ): Promise<AddResult[]> {
    const collection = options.collection ?? "default";
    const results: AddResult[] = [];
    for (let i = 0; i < items.length; i += batchItems) {
      const batch = items.slice(i, i + batchItems);
      results.push(...await this.#addBatch(batch, { collection, signal: options.signal }));
    }
    return results;
  }

  async #addBatch(
    items: readonly NewItem[],
    options: { collection: string; signal: AbortSignal | undefined },
  ): Promise<AddResult[]> {
    const { collection, signal } = options;
    const space = await this.#spaceFor(collection, { first: items[0]!, signal });
    let batch = items;
    let missing = space.kind === "embedder"
      ? await this.#engine.call("prepare", { collection, items }, signal)
      : [];
    for (;;) {
      if (missing.length > 0) batch = await this.#embed(batch, { missing, space, ...options });
      const results = await this.#engine.call("add", { collection, items: batch }, signal);
      // An item that was there a moment ago may be gone, and need a vector after all.
      missing = results.flatMap((result, i) => result === null ? [i] : []);
      if (missing.length === 0) return results as AddResult[];
    }
  }

  async #embed(
    items: readonly NewItem[],
    options: {
      missing: readonly number[];
      space: VectorSpace;
      collection: string;
      signal: AbortSignal | undefined;
    },
  ): Promise<NewItem[]> {
    const { missing, space, signal } = options;
    const embedder = await this.#embedderFor(space, options);
    const texts = missing.map((i) => items[i]!.text);
    const { vectors } = await embedder.embed(texts, signal === undefined ? {} : { signal });
    const result = [...items];
    missing.forEach((i, n) => {
      result[i] = { ...items[i]!, vector: vectors[n]!, model: spaceLabel(space) };
    });
    return result;
  }

  /**
   * Adds a document as chunks. Adding it again replaces what changed; what it has no more becomes
   * history. An empty collection's vectors come from the embedder.
   */
  async addDocument(
    document: NewDocument,
    options: CollectionChoice & ChunkOptions & {
      readonly onProgress?: (done: number, all: number) => void;
    } = {},
  ): Promise<DocumentReport> {
    const { collection = "default", signal } = options;
    const choice = { collection, ...(signal === undefined ? {} : { signal }) };
    return await addDocument(
      {
        reader: this.#reader,
        add: (items) => this.add(items, choice),
        retire: async (selection) =>
          await this.#space(collection, signal) === undefined
            ? 0
            : await this.#engine.call("retire", { collection, ...selection }, signal),
      },
      document,
      options,
    );
  }

  /** Searches a collection by meaning, by words or both. */
  async search(
    query: SearchQuery,
    options: { signal?: AbortSignal } = {},
  ): Promise<SearchResult> {
    const collection = query.collection ?? "default";
    const words = query.vector === undefined && query.text !== undefined && query.text !== "" &&
      query.mode !== "keyword" && (this.#embedder !== undefined || query.mode !== undefined);
    const space = words ? await this.#space(collection, options.signal) : undefined;
    if (!words || space?.kind !== "embedder") {
      return await this.#engine.call("search", query, options.signal);
    }
    const choice = { collection, signal: options.signal };
    const { vectors } = await (await this.#embedderFor(space, choice)).embed(
      [query.text],
      options.signal === undefined ? {} : { signal: options.signal },
    );
    return await this.#engine.call("search", { ...query, vector: vectors[0]! }, options.signal);
  }

  /** One item; undefined when there is none. */
  async get(
    id: string,
    options: ItemChoice = {},
  ): Promise<Item | undefined> {
    const { collection = "default", namespace = "", signal } = options;
    return await this.#engine.call("get", { collection, namespace, id }, signal);
  }

  /** Former versions of an item, latest first. */
  async history(
    id: string,
    options: ItemChoice = {},
  ): Promise<ItemVersion[]> {
    const { collection = "default", namespace = "", signal } = options;
    return await this.#engine.call("history", { collection, namespace, id }, signal);
  }

  /** Items by namespace and id, a page at a time. */
  async list(
    options: CollectionChoice & Scope & { limit?: number; cursor?: string } = {},
  ): Promise<ItemPage> {
    const { collection = "default", signal, limit = 100, cursor, ...scope } = options;
    return await this.#engine.call(
      "list",
      { collection, scope, limit, ...(cursor === undefined ? {} : { cursor }) },
      signal,
    );
  }

  /** Deletes items with their former versions, for good; how many items there were. */
  async forget(selection: ForgetSelection, options: CollectionChoice = {}): Promise<number> {
    const { collection = "default", signal } = options;
    return await this.#engine.call("forget", { collection, selection }, signal);
  }

  /** Items as JSON Lines, by namespace and id; the same items give the same bytes. */
  async *export(
    options: CollectionChoice & Scope & {
      /** Whether vectors are written as well. @default true */
      vectors?: boolean;
    } = {},
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { collection = "default", signal, vectors = true, ...scope } = options;
    for (let cursor: string | undefined = "";;) {
      const page: ExportPage = await this.#engine.call("export", {
        collection,
        scope,
        vectors,
        ...(cursor === "" ? {} : { cursor }),
      }, signal);
      if (page.items > 0) yield page.bytes;
      cursor = page.next;
      if (cursor === undefined) return;
    }
  }

  /**
   * Adds the items of JSON Lines as {@linkcode Memory.export} writes them. Repeating it changes
   * nothing. Throws at the first broken line, which the message names, unless told to skip those.
   */
  async import(
    stream: AsyncIterable<Uint8Array>,
    options: ImportOptions & { collection?: string } = {},
  ): Promise<ImportReport> {
    const { collection = "default", signal } = options;
    const choice = { collection, ...(signal === undefined ? {} : { signal }) };
    return await new Importer((items) => this.add(items, choice), options).run(stream);
  }

  /** What is in the database. */
  async stats(options: { signal?: AbortSignal } = {}): Promise<MemoryStats> {
    return await this.#engine.call("stats", undefined, options.signal);
  }

  /** What is wrong with the database; an empty list when nothing is. Reads all of a file. */
  async verify(options: { signal?: AbortSignal } = {}): Promise<string[]> {
    return await this.#engine.call("verify", undefined, options.signal);
  }

  /** A page of what the damaged file at `url` still holds; see `recoverMemory`. */
  async salvage(url: string, from: number): Promise<SalvagedPage> {
    return await this.#engine.call("salvage", { url, from });
  }

  /** Finishes writes, closes the database and ends its thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader[Symbol.dispose]();
    await this.#engine[Symbol.asyncDispose]();
  }
}

/**
 * Opens a memory.
 *
 * @example
 * ```ts
 * import { createMemory } from "@atmosphere/cli/mod";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".db" });
 * await using memory = await createMemory({ path });
 * await memory.add([{ id: "a", text: "backups run at night", vector: [1, 0, 0] }]);
 * await memory.add([{ id: "b", text: "the office opens at nine", vector: [0, 1, 0] }]);
 * const { hits } = await memory.search({ vector: [0.9, 0.1, 0] });
 * assertEquals(hits[0]?.item.id, "a");
 * ```
 */
export async function createMemory(options: MemoryOptions): Promise<Memory> {
  const url = options.url ?? (options.path === undefined ? undefined : fileUrl(options.path));
  if (url === undefined) {
    throw new AtmosphereError("invalid_request", "A memory needs a path or a URL");
  }
  const clock = options.clock ?? systemClock;
  const engine = await EngineClient.open(
    {
      url,
      ...(options.token === undefined ? {} : { token: options.token }),
      ...(options.bits === undefined ? {} : { bits: options.bits }),
      ...(options.busyTimeoutMs === undefined ? {} : { busyTimeoutMs: options.busyTimeoutMs }),
    },
    clock,
  );
  return new Memory(engine, { embedder: options.embedder, clock });
}
