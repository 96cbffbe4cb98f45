/**
 * One search from question to hits.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { Collection } from "../collections.ts";
import type { Session } from "../database/database.ts";
import { checkVector } from "../items/check.ts";
import { readItems } from "../items/read.ts";
import type {
  SearchExplanation,
  SearchHit,
  SearchMode,
  SearchQuery,
  SearchResult,
} from "../types.ts";
import { type DenseAnswer, searchOnServer } from "./dense.ts";
import type { LocalVectors } from "./dense_local.ts";
import { type CompiledScope, compileScope } from "./filter.ts";
import { fuse, type Fused, fusionFor, type Ranked } from "./fusion.ts";
import { searchWords } from "./keyword.ts";
import { matchExpression, namesSomething } from "./words.ts";

const maxLimit = 1_000;
// Fusion looks deeper than the answer is long: what is tenth in both lists beats a lone first.
const fusionDepth = 50;

/** How `query` is searched. Throws `invalid_request` when it lacks what its mode needs. */
export function modeOf(query: SearchQuery, collection: Collection): SearchMode {
  const words = query.text !== undefined && query.text !== "";
  const vector = query.vector !== undefined;
  const fitting: SearchMode = words && vector ? "hybrid" : vector ? "dense" : "keyword";
  const mode = query.mode ?? fitting;
  const refuse = (message: string, param: string) =>
    new AtmosphereError("invalid_request", message, { param });
  if (!words && !vector) throw refuse("A search needs text or a vector", "text");
  if (mode !== "keyword" && !vector) {
    throw refuse(
      collection.space.kind === "none"
        ? `A ${mode} search needs vectors, the collection "${collection.name}" holds none`
        : `A ${mode} search needs a vector`,
      "mode",
    );
  }
  if (mode !== "dense" && !words) throw refuse(`A ${mode} search needs text`, "text");
  return mode;
}

/** Whether so many hits may be asked for. */
export function isLimit(limit: number): boolean {
  return Number.isInteger(limit) && limit >= 1 && limit <= maxLimit;
}

/** A list of a dense search that is not fused with another. */
export function denseOnly(ranked: readonly Ranked[]): Fused[] {
  return ranked.map(({ seq, score }, i) => ({ seq, score, similarity: score, denseRank: i + 1 }));
}

function keywordOnly(ranked: readonly Ranked[]): Fused[] {
  return ranked.map(({ seq, score }, i) => ({ seq, score, bm25: score, keywordRank: i + 1 }));
}

async function unknownFields(
  session: Session,
  collection: Collection,
  scope: CompiledScope,
): Promise<string[]> {
  const unknown: string[] = [];
  for (const field of scope.fields) {
    const [row] = await session.query(
      "SELECT 1 AS found FROM facets WHERE collection_id = ? AND key = ? LIMIT 1",
      [collection.number, field],
    );
    if (row === undefined) unknown.push(field);
  }
  return unknown;
}

/** Milliseconds since the last call, by stage. */
class Stopwatch {
  #last = performance.now();
  readonly timingsMs: Record<string, number> = {};

  lap(stage: string): void {
    const now = performance.now();
    this.timingsMs[stage] = Math.round((now - this.#last) * 1000) / 1000;
    this.#last = now;
  }
}

/** Searches `collection`. `vectors` is undefined where the server compares them. */
export async function search(
  session: Session,
  options: { collection: Collection; query: SearchQuery; vectors: LocalVectors | undefined },
): Promise<SearchResult> {
  const { collection, query, vectors } = options;
  const watch = new Stopwatch();
  const mode = modeOf(query, collection);
  const limit = query.limit ?? 10;
  if (!isLimit(limit)) {
    throw new AtmosphereError("invalid_request", `limit must be 1 to ${maxLimit}, got ${limit}`, {
      param: "limit",
    });
  }
  const scope = compileScope(query, collection.number);
  const depth = mode === "hybrid" ? Math.max(fusionDepth, limit * 2) : limit;
  let dense: DenseAnswer | undefined;
  if (mode !== "keyword" && query.vector !== undefined) {
    const denseQuery = {
      vector: checkVector(query.vector, collection.space),
      limit: depth,
      scope,
    };
    dense = vectors === undefined
      ? await searchOnServer(session, collection, denseQuery)
      : await vectors.search(session, denseQuery);
    watch.lap("dense");
  }
  const least = query.minSimilarity ?? -Infinity;
  const near = dense?.ranked.filter(({ score }) => score >= least) ?? [];
  const match = mode === "dense" ? undefined : matchExpression(query.text ?? "");
  const worded = match === undefined
    ? []
    : await searchWords(session, collection, { match, limit: depth, scope });
  if (mode !== "dense") watch.lap("keyword");
  const weights = fusionFor(query.text ?? "", namesSomething(query.text ?? ""));
  const fused = mode === "hybrid"
    ? fuse({ dense: near, keyword: worded }, weights)
    : mode === "dense"
    ? denseOnly(near)
    : keywordOnly(worded);
  const best = fused.slice(0, limit);
  const items = await readItems(session, { collection, seqs: best.map(({ seq }) => seq) });
  const hits = best.flatMap(({ seq, ...rest }): SearchHit[] => {
    const item = items.get(seq);
    return item === undefined ? [] : [{ item, ...rest }];
  });
  watch.lap("items");
  if (query.explain !== true) return { mode, hits };
  const unknown = await unknownFields(session, collection, scope);
  const explain: SearchExplanation = {
    compared: dense?.compared ?? 0,
    ...(dense?.inScope === undefined ? {} : { inScope: dense.inScope }),
    ...(dense === undefined ? {} : { dense: dense.how }),
    ...(match === undefined ? {} : { keyword: match }),
    ...(mode === "hybrid"
      ? {
        fusion:
          `reciprocal rank, k ${weights.k}, weights dense ${weights.dense} and keyword ${weights.keyword}, ${depth} deep`,
      }
      : {}),
    ...(unknown.length === 0 ? {} : { unknownFields: unknown }),
    timingsMs: watch.timingsMs,
  };
  return { mode, hits, explain };
}
