/**
 * The learned head: which of the user's routes a text belongs to, as probabilities.
 *
 * @module
 */

import type { RouteClassifier, RouteScore } from "../classifier.ts";
import { featureLength, joinedFeatures } from "./features.ts";
import { logSumExp, passes } from "./gate.ts";
import { applyNearness, NearnessIndex, nearRoutes } from "./nearness.ts";
import { nearestUtterances } from "./prototypes.ts";
import { LinearScorer } from "./scorer.ts";
import type { HeadData } from "./types.ts";

/** The route of texts that belong to none. */
export const noRoute = "none";

/** Routes that are answered, beside `none`. */
const answerCount = 10;
/** Utterances and n-grams that an answer names. */
const evidenceCount = 3;

/** An answer whose evidence is looked up when it is asked for. */
class Answer implements RouteScore {
  readonly route: string;
  readonly score: number;
  readonly #find: () => string[];

  constructor(route: string, score: number, find: () => string[]) {
    this.route = route;
    this.score = score;
    this.#find = find;
  }

  get evidence(): string[] {
    return this.#find();
  }
}

/**
 * A trained classifier. Scores are probabilities and add up to one over all routes and `none`.
 * Not reentrant, but synchronous; it holds a few flat arrays, and the answers for the features that
 * somebody else keeps.
 */
export class LearnedHead implements RouteClassifier {
  /** What the head consists of, as its file holds it. */
  readonly data: HeadData;
  readonly #scorer: LinearScorer;
  readonly #near: NearnessIndex;
  /** By the features themselves, so that answers are kept as long as the cache of intents keeps those. */
  readonly #known = new WeakMap<Float32Array, { text: string; answers: readonly RouteScore[] }>();

  /** Unpacks `data`. */
  constructor(data: HeadData) {
    this.data = data;
    this.#scorer = new LinearScorer(data);
    this.#near = new NearnessIndex(data.prototypes);
  }

  /**
   * The ten best routes and `none`, best first. `features` is the text's embedding with the second
   * vector behind it where the embedder has such. Without it, or with one of another length, the
   * n-grams alone decide.
   */
  classify(text: string, features: Float32Array | undefined): readonly RouteScore[] {
    if (features === undefined) return this.#answers(text, undefined);
    const known = this.#known.get(features);
    if (known?.text === text) return known.answers;
    const answers = this.#answers(text, features);
    this.#known.set(features, { text, answers });
    return answers;
  }

  #answers(text: string, features: Float32Array | undefined): RouteScore[] {
    const vector = this.#joined(features);
    const { best, belongs, probabilities } = this.#decide(text, vector, answerCount);
    const answers = best.map((route, i) =>
      new Answer(
        this.data.routes[route]!,
        belongs * probabilities[i]!,
        () => this.#evidence(text, vector, route),
      )
    );
    const none = new Answer(noRoute, 1 - belongs, () => this.#evidence(text, vector, best[0]!));
    const at = answers.findIndex((answer) => answer.score < none.score);
    answers.splice(at === -1 ? answers.length : at, 0, none);
    return answers;
  }

  /** The best route with its probability, and the probability that the text belongs to any route. */
  predict(
    text: string,
    features: Float32Array | undefined,
  ): { readonly route: string; readonly score: number; readonly belongs: number } {
    const vector = this.#joined(features);
    const { best, belongs, probabilities } = this.#decide(text, vector, 3);
    return {
      route: this.data.routes[best[0]!]!,
      score: belongs * probabilities[0]!,
      belongs,
    };
  }

  #joined(features: Float32Array | undefined): Float32Array | undefined {
    const { embedder, viewMean } = this.data;
    const usable = features !== undefined && features.length > 0 &&
      features.length === featureLength(embedder);
    return usable ? joinedFeatures(features, viewMean) : undefined;
  }

  #decide(text: string, vector: Float32Array | undefined, count: number): {
    best: number[];
    belongs: number;
    probabilities: number[];
  } {
    const { data } = this;
    const usable = vector !== undefined;
    const { temperature, nearness, gate } = usable ? data.withVector : data.withoutVector;
    const scorer = this.#scorer;
    const { logits } = scorer;
    scorer.score(text, vector);
    const energy = logSumExp(logits, 1);
    let best = scorer.best(Math.max(count, nearRoutes));
    let likeness = 0;
    if (usable) {
      const near = this.#near.neighbours(best, vector);
      likeness = near.likeness;
      applyNearness(logits, near, nearness);
      best = scorer.best(count);
    }
    const all = logSumExp(logits, 1 / temperature);
    const probabilities = best.slice(0, count).map((route) =>
      Math.exp(logits[route]! / temperature - all)
    );
    const belongs = passes(gate, [energy, Math.log(probabilities[0]!), likeness]);
    return { best: best.slice(0, count), belongs, probabilities };
  }

  /** Nearest utterances of `route`, and the n-grams that speak for it most. */
  #evidence(text: string, vector: Float32Array | undefined, route: number): string[] {
    const { data } = this;
    const found: string[] = [];
    if (vector !== undefined) {
      for (
        const { text: utterance, cosine } of nearestUtterances(data.prototypes, {
          route,
          vector,
          count: evidenceCount,
        })
      ) found.push(`cosine ${cosine.toFixed(2)} to "${utterance}"`);
    }
    return [...found, ...this.#grams(text, route)];
  }

  #grams(text: string, route: number): string[] {
    const { codes, scales, columns } = this.data.sparse;
    const known = this.#scorer.vocabulary.read(text);
    const values = new Map<number, number>();
    for (let i = 0; i < known.count; i++) values.set(known.rows[i]!, known.values[i]!);
    const weighed = this.#scorer.vocabulary.spell(text).map(({ row, gram }) => {
      let mean = 0;
      for (let c = 0; c < columns; c++) mean += codes[row * columns + c]! / columns;
      const weight = values.get(row)! * scales[row]! * (codes[row * columns + route]! - mean);
      return { gram, weight };
    });
    const byGram = new Map<string, number>();
    for (const { gram, weight } of weighed) byGram.set(gram, (byGram.get(gram) ?? 0) + weight);
    return [...byGram]
      .filter(([, weight]) => weight > 0)
      .sort((a, b) => b[1] - a[1])
      .slice(0, evidenceCount)
      .map(([gram, weight]) => `"${gram}" +${weight.toFixed(2)}`);
  }
}
