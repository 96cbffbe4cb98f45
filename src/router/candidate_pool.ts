/**
 * Who can serve a request, and who is best at it; typed arrays that are reused by each decision.
 *
 * @module
 */

import { idleLoad, type Rejection } from "../core/mod.ts";
import type { CapabilityIndex } from "./capability_index.ts";
import { failedFilter, rejectionOf, type Requirements } from "./filter.ts";
import type { LoadTracker, WeighedLoad } from "./load_tracker.ts";
import type { Scorer, ScoringContext } from "./scorer.ts";

/** Where to look for candidates. */
export interface Search {
  readonly index: CapabilityIndex;
  readonly load: LoadTracker;
  /** Positions in the index to look at; undefined: all. */
  readonly positions: readonly number[] | undefined;
  readonly requirements: Requirements;
}

const idle: WeighedLoad = { ...idleLoad(), weighedTtfbMs: undefined };

/** Positions that passed the filter, ranked on demand. */
export class CandidatePool {
  #healthy = new Int32Array(16);
  #ailing = new Int32Array(16);
  #scores = new Float64Array(16);
  #count = 0;
  /** Whether only capabilities with an open circuit are left, which is better than nothing. */
  #lastResort = false;
  readonly #load: WeighedLoad = { ...idleLoad(), weighedTtfbMs: undefined };

  /** Candidates that `gather` found. */
  get count(): number {
    return this.#count;
  }

  /** Position of the first of them, in the order in which they were looked at. */
  get first(): number {
    return (this.#lastResort ? this.#ailing : this.#healthy)[0]!;
  }

  /** Finds who can serve; those in poor health only when there is nobody else. */
  gather(search: Search): void {
    const { index, load, positions, requirements } = search;
    const { capabilities, states } = index;
    const total = positions?.length ?? capabilities.length;
    this.#reserve(total);
    let healthy = 0;
    let ailing = 0;
    for (let i = 0; i < total; i++) {
      const position = positions === undefined ? i : positions[i]!;
      const state = states[position]!;
      if (state.touched) load.readState(state, this.#load);
      if (
        failedFilter(capabilities[position]!, requirements, state.touched ? this.#load : idle) !==
          undefined
      ) continue;
      if (load.admits(state)) this.#healthy[healthy++] = position;
      else this.#ailing[ailing++] = position;
    }
    this.#lastResort = healthy === 0 && ailing > 0;
    this.#count = this.#lastResort ? ailing : healthy;
  }

  /** The best `limit` positions, best first; ties by id, so that the order of the list is nothing. */
  rank(scorer: Scorer, options: { context: ScoringContext; limit: number }): number[] {
    const { context, limit } = options;
    const { order } = context.index;
    const found = this.#lastResort ? this.#ailing : this.#healthy;
    const scores = this.#scores;
    const best: number[] = [];
    for (let i = 0; i < this.#count; i++) {
      const position = found[i]!;
      const score = scorer.score(position, context);
      scores[position] = score;
      const before = (other: number): boolean =>
        score > scores[other]! || (score === scores[other]! && order[position]! < order[other]!);
      if (best.length === limit && !before(best[limit - 1]!)) continue;
      let low = 0;
      let high = best.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (before(best[middle]!)) high = middle;
        else low = middle + 1;
      }
      best.splice(low, 0, position);
      if (best.length > limit) best.pop();
    }
    return best;
  }

  #reserve(total: number): void {
    if (total <= this.#healthy.length) return;
    const size = 2 ** Math.ceil(Math.log2(total));
    this.#healthy = new Int32Array(size);
    this.#ailing = new Int32Array(size);
    this.#scores = new Float64Array(size);
  }
}

/** Why everybody else can't serve, in the order of the index. `chosen` are those that can. */
export function rejectionsOf(search: Search, chosen: ReadonlySet<number>): Rejection[] {
  const { index, load, positions, requirements } = search;
  const weighed: WeighedLoad = { ...idleLoad(), weighedTtfbMs: undefined };
  const rejected: Rejection[] = [];
  const looked = positions === undefined ? undefined : new Set(positions);
  index.capabilities.forEach((capability, position) => {
    if (chosen.has(position)) return;
    const { id, name } = capability;
    if (looked !== undefined && !looked.has(position)) return;
    load.readState(index.states[position]!, weighed);
    const rejection = rejectionOf(capability, requirements, weighed);
    if (rejection !== undefined) {
      rejected.push(rejection);
    } else if (!load.admits(index.states[position]!)) {
      const seconds = Math.ceil(load.retryInMs(id) / 1000);
      rejected.push({
        capability: id,
        name,
        filter: "health",
        reason: seconds > 0
          ? `${name} failed repeatedly, it is tried again in ${seconds} s`
          : `${name} failed repeatedly, one request is trying it now`,
      });
    }
  });
  return rejected;
}
