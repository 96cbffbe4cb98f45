/**
 * A search by a vector alone, in one statement: what is nearest in memory is ordered by the exact
 * vectors, and read. A transaction with a statement for each step would take three times as long.
 *
 * @module
 */

import type { Collection } from "../collections.ts";
import type { Database } from "../database/database.ts";
import { parseBlob } from "../database/texts.ts";
import { checkVector } from "../items/check.ts";
import { itemColumns, itemOf } from "../items/read.ts";
import { contenders } from "../kernel/nearest.ts";
import type { SearchHit, SearchQuery, SearchResult } from "../types.ts";
import type { LocalVectors } from "./dense_local.ts";
import { type Distance, distanceArguments, distancesSql, rankByDistance } from "./exact.ts";
import { compileScope } from "./filter.ts";
import { denseOnly, isLimit, modeOf } from "./search.ts";

function statement(collection: Collection): string {
  return `WITH near AS MATERIALIZED (${distancesSql(collection)})
    SELECT EXISTS (SELECT 1 FROM items WHERE expires_at <= ?) AS due,
      (SELECT json_group_array(json_array(s, d)) FROM near) AS distances,
      (SELECT CAST(json_group_array(json_array(i.${itemColumns.join(", i.")})) AS BLOB)
        FROM (SELECT s FROM near ORDER BY d, s LIMIT ?) CROSS JOIN items AS i ON i.seq = s) AS items`;
}

/**
 * The answer; undefined where it takes more than that: something narrows the search or has changed,
 * words are looked for, an explanation is asked for, or vectors are not in memory.
 */
export async function searchAtOnce(
  database: Database,
  options: {
    collection: Collection;
    query: SearchQuery;
    vectors: LocalVectors;
    now: () => number;
  },
): Promise<SearchResult | undefined> {
  const { collection, query, vectors, now } = options;
  const { limit = 10, minSimilarity = -Infinity } = query;
  if (query.vector === undefined || query.explain === true || !isLimit(limit)) return undefined;
  if (modeOf(query, collection) !== "dense") return undefined;
  if (compileScope(query, collection.number).narrow) return undefined;
  const vector = checkVector(query.vector, collection.space);
  return await database.single(async (session) => {
    const found = vectors.near(vector, limit);
    if (found === undefined) return undefined;
    const near = contenders(found, limit);
    const [row] = await session.query(statement(collection), [
      ...distanceArguments(vector, near),
      now(),
      limit,
    ]);
    if (row === undefined || row["due"] !== 0) return undefined;
    // Asked for after, it tells of the state that was read as well.
    if (!await database.isUnchanged(session)) return undefined;
    const distances: Distance[] = JSON.parse(String(row["distances"]));
    const ranked = rankByDistance(distances, near)?.slice(0, limit);
    const items = new Map(
      (parseBlob(row["items"]) as unknown[][]).map((values) => itemOf(values, collection)),
    );
    if (ranked === undefined || items.size !== ranked.length) return undefined;
    const hits: SearchHit[] = [];
    for (const { seq, ...rest } of denseOnly(ranked)) {
      const item = items.get(seq);
      if (item === undefined) return undefined;
      if (rest.score >= minSimilarity) hits.push({ item, ...rest });
    }
    return { mode: "dense", hits };
  });
}
