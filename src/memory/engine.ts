/**
 * The memory itself, in the thread that owns the database. What a first search does not need is
 * imported where it is needed: a start takes long enough.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import {
  changeCollection,
  type Collection,
  collectionInfo,
  createCollection,
  dropCollection,
  readCollections,
  unknownCollection,
} from "./collections.ts";
import { Database, type Session } from "./database/database.ts";
import { migrate, type Migration, migrations } from "./database/migrations.ts";
import type { SalvagedPage } from "./database/salvage.ts";
import { isDue, listItems, readHistory, readItem } from "./items/read.ts";
import type { Change } from "./items/write.ts";
import type { EngineOperations, EngineOptions } from "./protocol.ts";
import { LocalVectors } from "./search/dense_local.ts";
import { pruneRemovals, sealSegments, segmentRows } from "./search/segments.ts";
import { compileScope } from "./search/filter.ts";
import { searchAtOnce } from "./search/at_once.ts";
import { search } from "./search/search.ts";
import type {
  AddResult,
  Attachment,
  CollectionChange,
  CollectionInfo,
  CollectionOptions,
  ForgetSelection,
  Item,
  ItemPage,
  ItemVersion,
  MemoryStats,
  NewItem,
  Scope,
  SearchQuery,
  SearchResult,
  StoredFile,
  VectorSpace,
} from "./types.ts";
import type { ExportPage } from "./transfer/export.ts";
import { Writer } from "./writer.ts";

const exportPageItems = 256;
// New segments are written with the first commit after this many vectors, and at the end.
const sealAfter = 1_024;
// A process that asks once is gone by then.
const loadAfterMs = 100;

/** Options that only tests need beside those of every caller. */
export interface OpenEngineOptions extends EngineOptions {
  readonly now: () => number;
  /** @default the schema's history */
  readonly migrations?: readonly Migration[];
}

/** One open database. */
export class Engine implements EngineOperations {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #bits: boolean;
  readonly #writer: Writer;
  readonly #vectors = new Map<number, LocalVectors>();
  /** Vectors added to a collection, by its number, since segments were made of them. */
  readonly #unsealed = new Map<number, number>();
  #collections: Map<string, Collection> = new Map();
  #stale = true;
  #loadTimer: ReturnType<typeof setTimeout> | undefined;
  #loading: Promise<void> | undefined;

  private constructor(database: Database, options: OpenEngineOptions) {
    this.#database = database;
    this.#now = options.now;
    this.#bits = options.bits ?? false;
    this.#writer = new Writer({
      commit: (work) => this.#commit(work),
      apply: (changes) => this.#apply(changes),
    });
  }

  /** Opens the database, creating or upgrading it as needed. */
  static async open(options: OpenEngineOptions): Promise<Engine> {
    const database = await Database.open(options);
    try {
      await migrate(database, {
        nowMs: options.now(),
        ...(options.migrations === undefined ? {} : { migrations: options.migrations }),
      });
      return new Engine(database, options);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Finishes the writes that wait, then closes the database. */
  async close(): Promise<void> {
    clearTimeout(this.#loadTimer);
    await this.#loading;
    await this.#writer.idle();
    // Nobody holds vectors of a server's collections in memory who would have to be told.
    if (this.#database.remote) await this.#database.query("DELETE FROM removals").catch(() => {});
    await this.#sealRest();
    await this.#database.close();
  }

  /** Makes segments of what fills some, so that the next start computes fewer codes. */
  async #sealRest(): Promise<void> {
    const due = [...this.#collections.values()].filter((collection) => {
      const vectors = this.#unsealedIn(collection.number);
      return vectors > 0 && vectors >= segmentRows(collection);
    });
    if (due.length === 0) return;
    try {
      await this.#database.transaction(async (session) => {
        const known = await readCollections(session);
        for (const { name, number } of due) {
          const collection = known.get(name);
          if (collection?.number === number) await sealSegments(session, collection);
        }
      });
    } catch {
      // Codes can be computed anew; a full disk or a busy file is no reason to fail at the end.
    }
  }

  async #commit<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return await this.#database.transaction(async (session) => {
      await this.#catchUp(session);
      for (const collection of this.#collections.values()) {
        const { number } = collection;
        if (this.#unsealedIn(number) < sealAfter) continue;
        await sealSegments(session, collection);
        if (await pruneRemovals(session, collection)) this.#vectors.delete(number);
        this.#unsealed.delete(number);
        this.#vectors.get(number)?.tailSealed();
      }
      return await work(session);
    });
  }

  #apply(changes: readonly Change[]): void {
    for (const { collection: { number }, ...change } of changes) {
      this.#vectors.get(number)?.apply(change);
      if (this.#database.remote) continue;
      this.#unsealed.set(number, (this.#unsealed.get(number) ?? 0) + change.added.length);
    }
  }

  /** Brings collections and loaded vectors to the database's state. */
  async #catchUp(session: Session): Promise<void> {
    const changed = await this.#database.changedElsewhere(session);
    if (!changed && !this.#stale && !this.#database.remote) return;
    this.#collections = await readCollections(session);
    const numbers = new Set([...this.#collections.values()].map(({ number }) => number));
    for (const [number, vectors] of this.#vectors) {
      if (!numbers.has(number)) this.#vectors.delete(number);
      else if (vectors.loaded) await vectors.catchUp(session);
    }
    this.#stale = false;
  }

  /** Runs `work` on one state of the database, with everything that others have committed. */
  async #read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return await this.#database.snapshot(async (session) => {
      await this.#catchUp(session);
      return await work(session);
    });
  }

  #collection(name: string): Collection {
    const found = this.#collections.get(name);
    if (found === undefined) throw unknownCollection(name);
    return found;
  }

  #localVectors(collection: Collection): LocalVectors | undefined {
    if (this.#database.remote || collection.space.kind === "none") return undefined;
    const known = this.#vectors.get(collection.number);
    if (known !== undefined) return known;
    const vectors = new LocalVectors(collection, { bits: this.#bits });
    this.#vectors.set(collection.number, vectors);
    return vectors;
  }

  /** Vectors of a collection that are in no segment, as far as is known here. */
  #unsealedIn(number: number): number {
    return (this.#unsealed.get(number) ?? 0) + (this.#vectors.get(number)?.tail ?? 0);
  }

  /** Loads what was only looked at, unless the database is closed by then. */
  #loadSoon(): void {
    clearTimeout(this.#loadTimer);
    this.#loadTimer = setTimeout(() => {
      this.#loading = this.#read(async (session) => {
        for (const vectors of this.#vectors.values()) {
          if (vectors.looked && !vectors.loaded) await vectors.catchUp(session);
        }
      }).catch(() => {
        // The next search loads them, or says why it can't.
      });
    }, loadAfterMs);
  }

  async collections(): Promise<CollectionInfo[]> {
    return await this.#read(async (session) => {
      const rows = await session.query(
        "SELECT collection_id, count(*) AS n FROM items GROUP BY collection_id",
      );
      const counts = new Map(rows.map((row) => [row["collection_id"], Number(row["n"])]));
      return [...this.#collections.values()].map((collection) =>
        collectionInfo(collection, counts.get(collection.number) ?? 0)
      );
    });
  }

  async createCollection(
    options: CollectionOptions & { name: string; space: VectorSpace },
  ): Promise<CollectionInfo> {
    await this.#writer.write(async (session) => {
      const collection = await createCollection(session, {
        name: options.name,
        space: options.space,
        shared: options.shared ?? false,
        label: options.label,
        attributes: options.attributes,
        remote: this.#database.remote,
        nowMs: this.#now(),
      });
      this.#stale = true;
      return { result: collection, changes: [] };
    });
    return await this.#info(options.name);
  }

  async #info(name: string): Promise<CollectionInfo> {
    const found = (await this.collections()).find((collection) => collection.name === name);
    if (found === undefined) throw unknownCollection(name);
    return found;
  }

  async changeCollection(
    options: { name: string; change: CollectionChange },
  ): Promise<CollectionInfo> {
    await this.#change((session) => changeCollection(session, options));
    this.#stale = true;
    return await this.#info(options.name);
  }

  async dropCollection(options: { name: string }): Promise<boolean> {
    const dropped = await this.#writer.write(async (session) => {
      const collection = (await readCollections(session)).get(options.name);
      if (collection !== undefined) await dropCollection(session, collection);
      this.#stale = true;
      return { result: collection !== undefined, changes: [] };
    });
    if (dropped) await this.#wipe("The collection is");
    return dropped;
  }

  async prepare(options: { collection: string; items: readonly NewItem[] }): Promise<number[]> {
    const { needVectors, prepareItem } = await import("./items/writing.ts");
    return await this.#read(async (session) => {
      const collection = this.#collection(options.collection);
      const items = options.items.map((item) => prepareItem(item, collection.space));
      return await needVectors(session, { collection, items });
    });
  }

  async add(
    options: { collection: string; items: readonly NewItem[] },
  ): Promise<(AddResult | null)[]> {
    const { prepareItem, withoutTwins, writeItems } = await import("./items/writing.ts");
    if (this.#stale) await this.#read(async () => {});
    const known = this.#collections.get(options.collection);
    // Checked outside the transaction, so that one caller's mistake is no other's.
    const { space } = known ?? await this.#read(async () => this.#collection(options.collection));
    const items = options.items.map((item) => prepareItem(item, space));
    return await this.#writer.write(async (session) => {
      const collection = this.#collection(options.collection);
      const results: (AddResult | null)[] = [];
      const changes: Change[] = [];
      for (const part of withoutTwins(items)) {
        const outcome = await writeItems(session, { collection, items: part, nowMs: this.#now() });
        results.push(...outcome.results.map((result) => result ?? null));
        changes.push(outcome.change);
      }
      return { result: results, changes };
    }, items.length);
  }

  async search(query: SearchQuery): Promise<SearchResult> {
    const collection = this.#stale
      ? undefined
      : this.#collections.get(query.collection ?? "default");
    const vectors = collection && this.#vectors.get(collection.number);
    if (vectors !== undefined) {
      const options = { collection: collection!, query, vectors, now: this.#now };
      const found = await searchAtOnce(this.#database, options);
      if (found !== undefined) return found;
    }
    for (;;) {
      const result = await this.#read(async (session) => {
        if (await isDue(session, this.#now())) return undefined;
        const collection = this.#collection(query.collection ?? "default");
        const vectors = this.#localVectors(collection);
        const found = await search(session, { collection, query, vectors });
        if (vectors?.looked === true && !vectors.loaded) this.#loadSoon();
        return found;
      });
      if (result !== undefined) return result;
      await this.#expire();
    }
  }

  async get(
    options: { collection: string; namespace: string; id: string },
  ): Promise<Item | undefined> {
    return await this.#read(async (session) =>
      await readItem(session, {
        ...options,
        collection: this.#collection(options.collection),
        nowMs: this.#now(),
      })
    );
  }

  async history(
    options: { collection: string; namespace: string; id: string },
  ): Promise<ItemVersion[]> {
    return await this.#read(async (session) =>
      await readHistory(session, { ...options, collection: this.#collection(options.collection) })
    );
  }

  async list(
    options: { collection: string; scope: Scope; limit: number; cursor?: string },
  ): Promise<ItemPage> {
    return await this.#read(async (session) => {
      const collection = this.#collection(options.collection);
      return await listItems(session, {
        ...options,
        collection,
        scope: compileScope(options.scope, collection.number),
        nowMs: this.#now(),
      });
    });
  }

  async export(
    options: { collection: string; scope: Scope; vectors: boolean; cursor?: string },
  ): Promise<ExportPage> {
    const { exportItems } = await import("./transfer/export.ts");
    return await this.#read(async (session) => {
      const collection = this.#collection(options.collection);
      return await exportItems(session, {
        ...options,
        collection,
        scope: compileScope(options.scope, collection.number),
        limit: exportPageItems,
        nowMs: this.#now(),
      });
    });
  }

  async forget(options: { collection: string; selection: ForgetSelection }): Promise<number> {
    const { forgetItems } = await import("./items/forget.ts");
    const forgotten = await this.#writer.write(async (session) => {
      const collection = this.#collection(options.collection);
      const outcome = await forgetItems(session, { collection, selection: options.selection });
      return { result: outcome.forgotten, changes: [outcome.change] };
    });
    if (forgotten > 0) await this.#wipe(`${forgotten} items are`);
    return forgotten;
  }

  /** Empties the log, where former content may still be. Tells when that has to wait. */
  async #wipe(gone: string): Promise<void> {
    try {
      await this.#database.compactLog();
    } catch (cause) {
      if (!(cause instanceof AtmosphereError)) throw cause;
      throw new AtmosphereError(
        cause.code,
        `${gone} forgotten, but traces stay in the write-ahead log: ${cause.message}`,
        { cause, hint: "They are wiped when the memory is next opened and there is room" },
      );
    }
  }

  async retire(
    options: { collection: string; source: string; namespace: string; keep: readonly string[] },
  ): Promise<number> {
    const { retireItems } = await import("./items/writing.ts");
    return await this.#writer.write(async (session) => {
      const collection = this.#collection(options.collection);
      const change = await retireItems(session, { ...options, collection, nowMs: this.#now() });
      return { result: change.removed.length, changes: [change] };
    });
  }

  /** Deletes what has expired, so that nothing after has to look at expiry. */
  async #expire(): Promise<void> {
    const { expireItems } = await import("./items/forget.ts");
    const nowMs = this.#now();
    await this.#writer.write(async (session) => ({
      result: undefined,
      changes: await expireItems(session, {
        collections: [...this.#collections.values()],
        nowMs,
      }),
    }));
  }

  async putFile(options: StoredFile & { bytes: Uint8Array }): Promise<void> {
    const { putFile } = await import("./items/files.ts");
    await this.#change((session) => putFile(session, options));
  }

  async files(): Promise<StoredFile[]> {
    return await this.#read((await import("./items/files.ts")).readFiles);
  }

  async fileBytes(options: { id: string }): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { readFileBytes } = await import("./items/files.ts");
    return await this.#read((session) => readFileBytes(session, options.id));
  }

  async dropFile(options: { id: string }): Promise<void> {
    const { dropFile } = await import("./items/files.ts");
    await this.#change((session) => dropFile(session, options.id));
    await this.#wipe("The file is");
  }

  async putAttachment(options: Attachment): Promise<void> {
    const { putAttachment } = await import("./items/files.ts");
    await this.#change((session) =>
      putAttachment(session, this.#collection(options.collection), options)
    );
  }

  async attachments(options: { collection: string }): Promise<Attachment[]> {
    const { readAttachments } = await import("./items/files.ts");
    return await this.#read((session) =>
      readAttachments(session, this.#collection(options.collection))
    );
  }

  async dropAttachment(options: { collection: string; fileId: string }): Promise<void> {
    const { dropAttachment } = await import("./items/files.ts");
    await this.#change((session) =>
      dropAttachment(session, this.#collection(options.collection), options.fileId)
    );
  }

  /** A write that changes no vectors. */
  async #change(work: (session: Session) => Promise<void>): Promise<void> {
    await this.#writer.write(async (session) => {
      await work(session);
      return { result: undefined, changes: [] };
    });
  }

  async stats(): Promise<MemoryStats> {
    return await this.#read(async (session) => {
      const [row] = await session.query(
        `SELECT (SELECT count(*) FROM items) AS items, (SELECT count(*) FROM history) AS versions`,
      );
      const [size] = this.#database.remote ? [] : await session.query(
        "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
      );
      let loadedBytes = 0;
      for (const vectors of this.#vectors.values()) loadedBytes += vectors.sizeBytes;
      return {
        place: this.#database.place,
        version: migrations.at(-1)!.version,
        collections: this.#collections.size,
        items: Number(row?.["items"]),
        versions: Number(row?.["versions"]),
        sizeBytes: Number(size?.["bytes"] ?? 0),
        loadedBytes,
      };
    });
  }

  async verify(): Promise<string[]> {
    const { verify } = await import("./database/verify.ts");
    return await this.#read((session) => verify(session, { remote: this.#database.remote }));
  }

  async salvage(options: { url: string; from: number }): Promise<SalvagedPage> {
    return await (await import("./database/salvage.ts")).salvagePage(options);
  }
}
