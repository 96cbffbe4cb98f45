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

/** One collection's vectors in this process. */
export class LocalVectors {
  readonly #collection: Collection;
  #index: VectorIndex;
  #sealedSeq = 0;
  #lastRemoval = 0;
  #loaded = false;
  #tail = 0;

  /** Nothing is read before {@linkcode catchUp}. */
  constructor(collection: Collection) {
    this.#collection = collection;
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
    this.#index = new VectorIndex(dimensionsOf(this.#collection));
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
    const { seqs, compared } = this.#index.nearest(query.vector, {
      limit: candidates,
      ...(allowed === undefined ? {} : { allowed: { seqs: allowed } }),
    });
    const rows = await session.query(
      `SELECT seq, vector FROM vectors_${this.#collection.number}
        WHERE seq IN (SELECT value FROM json_each(?))`,
      [JSON.stringify(seqs)],
    );
    const ranked = rows.map((row) => ({
      seq: Number(row["seq"]),
      score: cosine(query.vector, new Float32Array(row["vector"] as ArrayBuffer)),
    })).sort((a, b) => b.score - a.score || a.seq - b.seq);
    return {
      ranked: ranked.slice(0, query.limit),
      compared,
      ...(allowed === undefined ? {} : { inScope: allowed.length }),
      how: `int8 scan, ${seqs.length} reranked with exact vectors`,
    };
  }

  async #inScope(session: Session, query: DenseQuery): Promise<number[]> {
    const [row] = await session.query(
      `SELECT json_group_array(seq) AS seqs FROM
        (SELECT seq FROM items WHERE ${query.scope.sql} ORDER BY seq)`,
      query.scope.args,
    );
    return JSON.parse(String(row?.["seqs"]));
  }
}
