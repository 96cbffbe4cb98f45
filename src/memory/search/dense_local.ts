/**
 * The vectors of a local collection in memory: loaded once, kept current, searched exactly.
 *
 * @module
 */

import { type Collection, dimensionsOf } from "../collections.ts";
import { cacheKiB, type Session } from "../database/database.ts";
import type { Change } from "../items/write.ts";
import { contenders, type Nearest } from "../kernel/nearest.ts";
import { cosine } from "../kernel/quantize.ts";
import { type Allowed, blockRows, type CodedRows, VectorIndex } from "../kernel/vector_index.ts";
import type { DenseAnswer, DenseQuery } from "./dense.ts";
import { type Distance, distanceArguments, distancesSql, rankByDistance } from "./exact.ts";
import type { Ranked } from "./fusion.ts";
import { readSegments } from "./segments.ts";

/** Rows of the exact vectors that are read again, at least. */
const rerankAtLeast = 40;
/** Rows that the first look by bits leaves, at least. */
const keepByBits = 400;
/** Least share of the best ten that the look by bits must leave, on a sample of stored vectors. */
const leastRecall = 0.995;
const sampleQueries = 48;
/** Rows that are compared together where none are kept: few, since untouched memory is slow. */
const rowsOfALook = 256;
/** The database's cache meanwhile, for the same reason; nothing is read twice. */
const cacheOfALookKiB = 400;

/** One collection's vectors in this process. */
export class LocalVectors {
  readonly #collection: Collection;
  /** Whether bits may be used; undefined before that is known of the vectors now in memory. */
  #bits: { readonly useful: boolean; readonly recall: number; readonly rows: number } | undefined;
  readonly #tryBits: boolean;
  #index: VectorIndex;
  #sealedSeq = 0;
  #lastRemoval = 0;
  #loaded = false;
  #looked = false;
  #tail = 0;

  /** Nothing is read before {@linkcode catchUp}. */
  constructor(collection: Collection, options: { readonly bits?: boolean } = {}) {
    this.#collection = collection;
    this.#tryBits = options.bits ?? false;
    this.#index = new VectorIndex(dimensionsOf(collection));
  }

  /** Vectors that a search can find. */
  get size(): number {
    return this.#index.size;
  }

  /** Bytes in memory. */
  get sizeBytes(): number {
    return this.#index.sizeBytes;
  }

  /** Whether the vectors are in memory. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Whether a search has looked at them. */
  get looked(): boolean {
    return this.#looked;
  }

  /** Brings memory to the database's state: everything at first, later only what changed. */
  async catchUp(session: Session): Promise<void> {
    const [bounds] = await session.query(
      `SELECT pruned, (SELECT seq FROM sqlite_sequence WHERE name = 'removals') AS high
        FROM collections WHERE collection_id = ?`,
      [this.#collection.number],
    );
    const high = Number(bounds?.["high"] ?? 0);
    // Removals that were pruned before they were seen here can only be made up by a fresh load.
    const missed = Number(bounds?.["pruned"] ?? 0) > this.#lastRemoval;
    if (!this.#loaded || missed) await this.#load(session);
    await this.#readTail(session);
    if (high > this.#lastRemoval) {
      for (const seq of await this.#removals(session, this.#loaded ? this.#lastRemoval : 0)) {
        this.#index.remove(seq);
      }
    }
    this.#lastRemoval = high;
    this.#loaded = true;
  }

  async #load(session: Session): Promise<void> {
    if (this.#index.rows > 0) this.#index = new VectorIndex(dimensionsOf(this.#collection));
    this.#sealedSeq = 0;
    this.#lastRemoval = 0;
    this.#loaded = false;
    this.#tail = 0;
    this.#sealedSeq = await this.#readSegments(session, (coded) => this.#index.appendCoded(coded));
  }

  async #readSegments(session: Session, take: (coded: CodedRows) => void): Promise<number> {
    return await readSegments(session, {
      collection: this.#collection,
      stride: this.#index.stride,
      take,
    });
  }

  /** Numbers of vectors that are in segments but were removed after the removal numbered `since`. */
  async #removals(session: Session, since: number): Promise<number[]> {
    const rows = await session.query(
      "SELECT seq FROM removals WHERE n > ? AND collection_id = ? ORDER BY seq",
      [since, this.#collection.number],
    );
    return rows.map((row) => Number(row["seq"]));
  }

  /** Vectors that were found in no segment. */
  get tail(): number {
    return this.#tail;
  }

  /** To be called when segments were made of them. */
  tailSealed(): void {
    this.#tail = 0;
  }

  async #readTail(session: Session): Promise<void> {
    const after = Math.max(this.#index.lastSeq, this.#sealedSeq);
    this.#tail += await this.#eachAfter(session, after, (seq, vector) => {
      this.#index.append(seq, vector);
    });
  }

  /** Calls `take` with each vector whose number is greater than `after`, in order; how many. */
  async #eachAfter(
    session: Session,
    after: number,
    take: (seq: number, vector: Float32Array) => void,
  ): Promise<number> {
    let last = after;
    for (let count = 0;;) {
      const rows = await session.query(
        `SELECT seq, vector FROM vectors_${this.#collection.number} WHERE seq > ?
          ORDER BY seq LIMIT ?`,
        [last, blockRows],
      );
      for (const row of rows) {
        last = Number(row["seq"]);
        take(last, new Float32Array(row["vector"] as ArrayBuffer));
      }
      count += rows.length;
      if (rows.length < blockRows) return count;
    }
  }

  /** Takes over what a transaction of this process has committed. */
  apply(change: Omit<Change, "collection">): void {
    if (!this.#loaded) return;
    for (const { seq, vector } of change.added) this.#index.append(seq, vector);
    for (const seq of change.removed) this.#index.remove(seq);
  }

  /** Compares codes, then reads the exact vectors of the best and orders those. */
  async search(session: Session, query: DenseQuery): Promise<DenseAnswer> {
    const limit = Math.max(rerankAtLeast, query.limit * 4);
    if (!this.#loaded && !this.#looked && !query.scope.narrow) {
      this.#looked = true;
      const near = await this.#lookOnce(session, { query: query.vector, limit });
      return await this.#rerank(session, { query, near, how: "int8 scan from the file" });
    }
    if (!this.#loaded) await this.catchUp(session);
    const allowed = query.scope.narrow ? await this.#inScope(session, query) : undefined;
    const { how, ...near } = this.#compare(query.vector, {
      limit,
      ...(allowed === undefined ? {} : { allowed: { seqs: allowed } }),
    });
    const answer = await this.#rerank(session, { query, near, how });
    return allowed === undefined ? answer : { ...answer, inScope: allowed.length };
  }

  /** What is nearest by codes, for `wanted` by exact vectors; undefined before they are in memory. */
  near(vector: Float32Array, wanted: number): Nearest | undefined {
    if (!this.#loaded) return undefined;
    return this.#compare(vector, { limit: Math.max(rerankAtLeast, wanted * 4) });
  }

  #compare(
    vector: Float32Array,
    options: { limit: number; allowed?: Allowed },
  ): Nearest & { readonly how: string } {
    const { limit, allowed } = options;
    if (allowed === undefined && this.#bitsAreUseful()) {
      const keep = Math.max(keepByBits, limit * 4);
      return {
        ...this.#index.nearestByBits(vector, { limit, keep }),
        how: "1-bit scan, then int8",
      };
    }
    return { ...this.#index.nearest(vector, options), how: this.#describe() };
  }

  /**
   * Compares all vectors as they come from the file, a block at a time in the same memory: for a
   * process that asks once, touching memory for all of them would take longer than comparing them.
   */
  async #lookOnce(
    session: Session,
    { query, limit }: { query: Float32Array; limit: number },
  ): Promise<Nearest> {
    const comparison = this.#index.compareInTurn(query, limit);
    await session.query(`PRAGMA cache_size = -${cacheOfALookKiB}`);
    const removed = await this.#removals(session, 0);
    let gone = 0;
    const look = () => {
      while (gone < removed.length && removed[gone]! <= this.#index.lastSeq) {
        this.#index.remove(removed[gone++]!);
      }
      comparison.take();
    };
    const makeRoom = (rows: number) => {
      if (this.#index.rows + rows > rowsOfALook) look();
    };
    const sealed = await this.#readSegments(session, (coded) => {
      makeRoom(coded.seqs.length);
      this.#index.appendCoded(coded);
    });
    this.#tail = await this.#eachAfter(session, sealed, (seq, vector) => {
      makeRoom(1);
      this.#index.append(seq, vector);
    });
    look();
    await session.query(`PRAGMA cache_size = -${cacheKiB}`);
    return comparison.found();
  }

  /** The nearest by their codes as the nearest by their exact vectors. */
  async #rerank(
    session: Session,
    options: { query: DenseQuery; near: Nearest; how: string },
  ): Promise<DenseAnswer> {
    const { query, how } = options;
    const near = contenders(options.near, query.limit);
    const [row] = await session.query(
      `SELECT json_group_array(json_array(s, d)) AS distances
        FROM (${distancesSql(this.#collection)})`,
      distanceArguments(query.vector, near),
    );
    const distances: Distance[] = JSON.parse(String(row?.["distances"]));
    if (distances.length !== near.seqs.length) {
      throw new Error("A vector in memory is not in the file");
    }
    const ranked = rankByDistance(distances, near) ??
      await this.#rankHere(session, { query, seqs: near.seqs });
    return {
      ranked: ranked.slice(0, query.limit),
      compared: near.compared,
      how: `${how}, ${near.seqs.length} reranked with exact vectors`,
    };
  }

  /** As the database would, but with 64 bits. */
  async #rankHere(
    session: Session,
    { query, seqs }: { query: DenseQuery; seqs: readonly number[] },
  ): Promise<Ranked[]> {
    const rows = await session.query(
      `SELECT v.seq AS seq, v.vector AS vector FROM json_each(?) AS wanted
        CROSS JOIN vectors_${this.#collection.number} AS v ON v.seq = wanted.value`,
      [JSON.stringify(seqs)],
    );
    return rows.map((row) => ({
      seq: Number(row["seq"]),
      score: cosine(query.vector, new Float32Array(row["vector"] as ArrayBuffer)),
    })).sort((a, b) => b.score - a.score || a.seq - b.seq);
  }

  #describe(): string {
    if (this.#bits === undefined || this.#bits.useful) return "int8 scan";
    return `int8 scan (1 bit finds only ${this.#bits.recall.toFixed(3)} of the best)`;
  }

  /** Asks a sample of stored vectors, again when there are twice as many. */
  #bitsAreUseful(): boolean {
    if (!this.#tryBits) return false;
    const rows = this.#index.rows;
    if (this.#bits !== undefined && rows < this.#bits.rows * 2) return this.#bits.useful;
    let hits = 0;
    let all = 0;
    for (let i = 0; i < sampleQueries; i++) {
      const sample = this.#index.sample((i + 0.5) / sampleQueries);
      if (sample === undefined) continue;
      const exact = this.#index.nearest(sample, { limit: 10 }).seqs;
      const quick = new Set(
        this.#index.nearestByBits(sample, { limit: 10, keep: keepByBits }).seqs,
      );
      all += exact.length;
      hits += exact.filter((seq) => quick.has(seq)).length;
    }
    const recall = all === 0 ? 0 : hits / all;
    this.#bits = { useful: recall >= leastRecall, recall, rows };
    if (!this.#bits.useful) this.#index.dropBits();
    return this.#bits.useful;
  }

  async #inScope(session: Session, query: DenseQuery): Promise<number[]> {
    const [row] = await session.query(
      `SELECT json_group_array(seq) AS seqs FROM (${query.scope.seqs.sql})`,
      query.scope.seqs.args,
    );
    const seqs = Float64Array.from<number>(JSON.parse(String(row?.["seqs"]))).sort();
    return Array.from(seqs).filter((seq, i) => seq !== seqs[i - 1]);
  }
}
