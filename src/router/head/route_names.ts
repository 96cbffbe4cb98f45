/**
 * Names of routes as texts: `card_arrival` says what the route is about, `route-7` does not.
 *
 * @module
 */

import type { TrainingSet } from "./training_set.ts";

/**
 * What share of a route's utterances must have its name for the nearest, beyond the share of the other
 * routes' utterances that have it too.
 */
const leastAgreement = 0.2;
/** Utterances that the agreement of all names counts as, for each route's own. */
const sharedUtterances = 4;

/** Utterances that names are judged by: of one route, and of all, which are two each at least. */
const mostJudged = 16;
const mostJudgedInAll = 2_400;
/** Utterances between two pauses. */
const pauseEvery = 16;

/** The words of a route's name; empty when it has none. */
export function nameText(name: string): string {
  return name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** A name that is learned from as one more utterance. */
export interface SpeakingName {
  readonly text: string;
  readonly vector: Float32Array;
  /** Position of its route. */
  readonly label: number;
}

/** `vectors` less their mean, each of unit length. */
function centred(vectors: readonly Float32Array[]): Float32Array[] {
  const size = vectors[0]?.length ?? 0;
  const mean = new Float64Array(size);
  for (const vector of vectors) for (let d = 0; d < size; d++) mean[d]! += vector[d]!;
  for (let d = 0; d < size; d++) mean[d]! /= vectors.length;
  return vectors.map((vector) => {
    const own = vector.map((x, d) => x - mean[d]!);
    let squares = 0;
    for (const x of own) squares += x * x;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    return own.map((x) => x * scale);
  });
}

function nearest(vector: Float32Array, names: readonly Float32Array[]): number {
  let best = -1;
  let highest = -Infinity;
  names.forEach((name, n) => {
    let cosine = 0;
    for (let d = 0; d < vector.length; d++) cosine += vector[d]! * name[d]!;
    if (cosine > highest) [best, highest] = [n, cosine];
  });
  return best;
}

/**
 * The names that say what their routes are about: of all names, they are the nearest one to their own
 * routes' utterances, clearly more often than to others. A route of few utterances is judged by how
 * all names fare as well, and where they fare badly, as `label_17` does, none is taken.
 *
 * `vectors` has one vector a text of `set`; names without a vector are passed over. Yields now and then.
 */
export function* speakingNames(set: TrainingSet, options: {
  readonly vectors: readonly Float32Array[];
  readonly vectorOf: (text: string) => Float32Array | undefined;
}): Generator<void, SpeakingName[]> {
  const names = set.routes.flatMap((route, label): SpeakingName[] => {
    const text = nameText(route);
    const vector = text === "" ? undefined : options.vectorOf(text);
    return vector === undefined ? [] : [{ text, vector, label }];
  });
  if (names.length < 2) return [];
  const most = Math.max(2, Math.min(mostJudged, Math.floor(mostJudgedInAll / names.length)));
  const counts = new Float64Array(set.routes.length);
  const own = options.vectors.flatMap((vector, i) => {
    const label = set.labels[i]!;
    return label < 0 || counts[label]!++ >= most ? [] : [{ vector, label }];
  });
  const nameVectors = centred(names.map(({ vector }) => vector));
  const hits = new Float64Array(set.routes.length);
  const strays = new Float64Array(set.routes.length);
  for (const [i, vector] of centred(own.map(({ vector }) => vector)).entries()) {
    if (i % pauseEvery === 0) yield;
    const found = names[nearest(vector, nameVectors)]!.label;
    (found === own[i]!.label ? hits : strays)[found]!++;
  }
  const all = hits.reduce((sum, count) => sum + count, 0) / own.length;
  // One name in C is right by chance, with all the utterances of its route if they lie close together.
  if (all - 1 / names.length < leastAgreement) return [];
  return names.filter(({ label }) => {
    const judged = Math.min(most, counts[label]!);
    const share = (hits[label]! + sharedUtterances * all) / (judged + sharedUtterances);
    const others = own.length - judged;
    return share - (others === 0 ? 0 : strays[label]! / others) >= leastAgreement;
  });
}
