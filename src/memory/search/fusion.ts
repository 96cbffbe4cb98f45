/**
 * Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): ranks of two lists become one score.
 *
 * @module
 */

/** An item's place in one list. */
export interface Ranked {
  readonly seq: number;
  /** The list's own score; higher is better. */
  readonly score: number;
}

/** An item's place in the fused list. */
export interface Fused {
  readonly seq: number;
  readonly score: number;
  readonly denseRank?: number;
  readonly similarity?: number;
  readonly keywordRank?: number;
  readonly bm25?: number;
}

/** Weights of the lists and the constant that flattens the top. */
export interface FusionWeights {
  readonly dense: number;
  readonly keyword: number;
  readonly k: number;
}

/** Best over questions and headings of published manuals; see `docs/memory.md`. */
export const defaultFusion: FusionWeights = { dense: 1, keyword: 0.5, k: 10 };

/** For queries that name something: words tell more than meaning there, as measured likewise. */
export const nameFusion: FusionWeights = { dense: 1, keyword: 4, k: 10 };

/** For a name and nothing else: in the order of its words, and what is near in meaning after. */
export const loneNameFusion: FusionWeights = { dense: 1, keyword: 50, k: 10 };

/** The weights for what is searched for; `named` tells whether it names something. */
export function fusionFor(query: string, named: boolean): FusionWeights {
  if (!named) return defaultFusion;
  return /\s/.test(query.trim()) ? nameFusion : loneNameFusion;
}

/** Fuses the two lists, best first; scores are scaled so that first in both gives 1. */
export function fuse(
  lists: { dense: readonly Ranked[]; keyword: readonly Ranked[] },
  weights: FusionWeights = defaultFusion,
): Fused[] {
  const fused = new Map<number, { -readonly [K in keyof Fused]: Fused[K] }>();
  const top = (weights.dense + weights.keyword) / (weights.k + 1);
  function place(seq: number) {
    const found = fused.get(seq) ?? { seq, score: 0 };
    fused.set(seq, found);
    return found;
  }
  lists.dense.forEach(({ seq, score }, i) => {
    const entry = place(seq);
    entry.score += weights.dense / (weights.k + i + 1) / top;
    entry.denseRank = i + 1;
    entry.similarity = score;
  });
  lists.keyword.forEach(({ seq, score }, i) => {
    const entry = place(seq);
    entry.score += weights.keyword / (weights.k + i + 1) / top;
    entry.keywordRank = i + 1;
    entry.bm25 = score;
  });
  return [...fused.values()].sort((a, b) => b.score - a.score || a.seq - b.seq);
}
