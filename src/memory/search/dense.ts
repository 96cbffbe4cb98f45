/**
 * What every way of comparing vectors offers, and the one that lets the database do it.
 *
 * @module
 */

import type { Collection } from "../collections.ts";
import type { Session, SqlArgument } from "../database/database.ts";
import type { CompiledScope } from "./filter.ts";
import type { Ranked } from "./fusion.ts";

/** A search among vectors. */
export interface DenseQuery {
  readonly vector: Float32Array<ArrayBuffer>;
  readonly limit: number;
  readonly scope: CompiledScope;
}

/** What was found among vectors. */
export interface DenseAnswer {
  /** By cosine, best first. */
  readonly ranked: Ranked[];
  /** Vectors that were compared. */
  readonly compared: number;
  /** Items that the scope leaves, where it narrows. */
  readonly inScope?: number;
  /** For people: how they were compared. */
  readonly how: string;
}

function toRanked(rows: readonly Readonly<Record<string, unknown>>[]): Ranked[] {
  return rows.map((row) => ({ seq: Number(row["seq"]), score: 1 - Number(row["distance"]) }));
}

/**
 * Searches by the database's own functions: its vector index where nothing narrows the search,
 * else exactly among what the scope leaves.
 */
export async function searchOnServer(
  session: Session,
  collection: Collection,
  query: DenseQuery,
): Promise<DenseAnswer> {
  const n = collection.number;
  const vector: SqlArgument = new Uint8Array(query.vector.buffer);
  if (!query.scope.narrow) {
    const rows = await session.query(
      `SELECT v.seq AS seq, vector_distance_cos(v.vector, ?) AS distance
        FROM vector_top_k('vectors_${n}_index', ?, ?) AS near
        JOIN vectors_${n} AS v ON v.rowid = near.id ORDER BY distance`,
      [vector, vector, query.limit],
    );
    return { ranked: toRanked(rows), compared: rows.length, how: "the server's vector index" };
  }
  const scoped = query.scope.seqs;
  const rows = await session.query(
    `SELECT seq, vector_distance_cos(vector, ?) AS distance FROM vectors_${n}
      WHERE seq IN (${scoped.sql}) ORDER BY distance LIMIT ?`,
    [vector, ...scoped.args, query.limit],
  );
  const [count] = await session.query(
    `SELECT count(DISTINCT seq) AS n FROM (${scoped.sql})`,
    scoped.args,
  );
  const inScope = Number(count?.["n"]);
  return { ranked: toRanked(rows), compared: inScope, inScope, how: "exact on the server" };
}
