/**
 * Keyword search: BM25 over the full-text index.
 *
 * @module
 */

import type { Collection } from "../collections.ts";
import type { Session } from "../database/database.ts";
import type { CompiledScope } from "./filter.ts";
import type { Ranked } from "./fusion.ts";

// A match in the parts of identifiers counts half of one in the text itself.
const columnWeights = "1.0, 0.5";

/** Items that hold any word of the FTS5 expression `match`, best first. */
export async function searchWords(
  session: Session,
  collection: Collection,
  query: { match: string; limit: number; scope: CompiledScope },
): Promise<Ranked[]> {
  const table = `words_${collection.number}`;
  const narrowed = query.scope.narrow ? `AND rowid IN (${query.scope.seqs.sql})` : "";
  const rows = await session.query(
    `SELECT rowid AS seq, bm25(${table}, ${columnWeights}) AS rank FROM ${table}
      WHERE ${table} MATCH ? ${narrowed} ORDER BY rank LIMIT ?`,
    [query.match, ...(query.scope.narrow ? query.scope.seqs.args : []), query.limit],
  );
  // FTS5 gives better matches smaller numbers.
  return rows.map((row) => ({ seq: Number(row["seq"]), score: -Number(row["rank"]) }));
}
