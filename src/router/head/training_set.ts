/**
 * Routes as samples: each text once for each route, with its label.
 *
 * @module
 */

import type { Route } from "../../core/mod.ts";
import { fingerprint } from "./checksum.ts";
import { seededRandom, shuffle } from "./random.ts";
import { notLabel, outOfScopeLabel } from "./softmax_trainer.ts";

/** Texts with labels; a label is a route's position, or one of the trainer's special ones. */
export interface TrainingSet {
  /** Names of the routes that have texts, in the order of their labels. */
  readonly routes: readonly string[];
  readonly texts: readonly string[];
  readonly labels: Int32Array;
}

/** What a head is trained on. */
export interface TrainingSource {
  /** A route's description counts as one of its utterances. */
  readonly routes: readonly Pick<
    Route,
    "name" | "description" | "utterances" | "negativeUtterances"
  >[];
  /** Texts that belong to none of them. */
  readonly outOfScope?: readonly string[];
}

/** Makes samples of routes. A route without texts is left out: nothing can be learned of it. */
export function trainingSet(source: TrainingSource): TrainingSet {
  const texts: string[] = [];
  const labels: number[] = [];
  const routes: string[] = [];
  const negatives: [text: string, label: number][] = [];
  for (const route of source.routes) {
    const own = new Set([...route.utterances, ...(route.description ? [route.description] : [])]);
    if (own.size === 0) continue;
    const label = routes.push(route.name) - 1;
    for (const text of own) {
      texts.push(text);
      labels.push(label);
    }
    for (const text of new Set(route.negativeUtterances ?? [])) {
      negatives.push([text, notLabel(label)]);
    }
  }
  for (const [text, label] of negatives) {
    texts.push(text);
    labels.push(label);
  }
  for (const text of new Set(source.outOfScope ?? [])) {
    texts.push(text);
    labels.push(outOfScopeLabel);
  }
  return { routes, texts, labels: Int32Array.from(labels) };
}

/** Fingerprint of a training set: changes with any route, utterance, negative or foreign text. */
export function trainingHash(set: TrainingSet): string {
  return fingerprint([
    ...set.routes,
    "",
    ...set.texts.map((text, i) => `${set.labels[i]} ${text}`),
  ]);
}

/** Up to `perRoute` utterances of each route, drawn by `seed`; other samples stay. */
export function drawUtterances(
  set: TrainingSet,
  options: { readonly perRoute: number; readonly seed: number },
): TrainingSet {
  const random = seededRandom(options.seed);
  const byRoute: number[][] = set.routes.map(() => []);
  set.labels.forEach((label, i) => byRoute[label]?.push(i));
  const kept = new Set<number>();
  for (const samples of byRoute) {
    for (const i of shuffle(samples, random).slice(0, options.perRoute)) kept.add(i);
  }
  const positions = set.texts.map((_, i) => i).filter((i) => set.labels[i]! < 0 || kept.has(i));
  return {
    routes: set.routes,
    texts: positions.map((i) => set.texts[i]!),
    labels: Int32Array.from(positions, (i) => set.labels[i]!),
  };
}
