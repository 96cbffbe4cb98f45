/**
 * The vectors of a local collection in memory: loaded once, kept current, searched exactly.
 *
 * @module
 */

import { type Collection, dimensionsOf } from "../collections.ts";
import type { Session } from "../database/database.ts";
import type { Change } from "../items/write.ts";
import { cosine } from "../kernel/quantize.ts";
import { blockRows, VectorIndex } from "../kernel/vector_index.ts";
import { readSegments } from "./segments.ts";
import type { DenseAnswer, DenseQuery } from "./dense.ts";

/** Rows of the exact vectors that are read again, at least. */
const rerankAtLeast = 40;
/** Rows that the first look by bits leaves, at least. */
const keepByBits = 400;
/** Least share of the best ten that the look by bits must leave, on a sample of stored vectors. */
const leastRecall = 0.995;
const sampleQueries = 48;

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
      const rows = await session.query(
        "SELECT seq FROM removals WHERE n > ? AND collection_id = ?",
        [this.#loaded ? this.#lastRemoval : 0, this.#collection.number],
      );
      for (const row of rows) this.#index.remove(Number(row["seq"]));
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
    this.#sealedSeq = await readSegments(session, {
      collection: this.#collection,
      stride: this.#index.stride,
      take: (coded) => this.#index.appendCoded(coded),
    });
  }

  /** Vectors that are in no segment yet. */
  get tail(): number {
    return this.#tail;
  }

  async #readTail(session: Session): Promise<void> {
    for (;;) {
      const rows = await session.query(
        `SELECT seq, vector FROM vectors_${this.#collection.number} WHERE seq > ?
          ORDER BY seq LIMIT ?`,
        [Math.max(this.#index.lastSeq, this.#sealedSeq), blockRows],
      );
      for (const row of rows) {
        this.#index.append(Number(row["seq"]), new Float32Array(row["vector"] as ArrayBuffer));
      }
      this.#tail += rows.length;
      if (rows.length < blockRows) return;
    }
  }

  /** Takes over what a transaction of this process has committed. */
  apply(change: Omit<Change, "collection">): void {
    for (const { seq, vector } of change.added) this.#index.append(seq, vector);
    for (const seq of change.removed) this.#index.remove(seq);
  }

  /** Compares codes, then reads the exact vectors of the best and orders those. */
  async search(session: Session, query: DenseQuery): Promise<DenseAnswer> {
    const allowed = query.scope.narrow ? await this.#inScope(session, query) : undefined;
    const candidates = Math.max(rerankAtLeast, query.limit * 4);
    const byBits = allowed === undefined && this.#bitsAreUseful();
    const { seqs, compared } = byBits
      ? this.#index.nearestByBits(query.vector, {
        limit: candidates,
        keep: Math.max(keepByBits, candidates * 4),
      })
      : this.#index.nearest(query.vector, {
        limit: candidates,
        ...(allowed === undefined ? {} : { allowed: { seqs: allowed } }),
      });
    // The inner loop of a cross join follows the outer one, so that rows come in the order of `seqs`.
    const rows = await session.query(
      `SELECT v.vector AS vector FROM json_each(?) AS wanted
        CROSS JOIN vectors_${this.#collection.number} AS v ON v.seq = wanted.value`,
      [JSON.stringify(seqs)],
    );
    if (rows.length !== seqs.length) throw new Error("A vector in memory is not in the file");
    const ranked = rows.map((row, i) => ({
      seq: seqs[i]!,
      score: cosine(query.vector, new Float32Array(row["vector"] as ArrayBuffer)),
    })).sort((a, b) => b.score - a.score || a.seq - b.seq);
    return {
      ranked: ranked.slice(0, query.limit),
      compared,
      ...(allowed === undefined ? {} : { inScope: allowed.length }),
      how: `${this.#describe(byBits)}, ${seqs.length} reranked with exact vectors`,
    };
  }

  #describe(byBits: boolean): string {
    if (byBits) return "1-bit scan, then int8";
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
