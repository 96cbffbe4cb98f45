/**
 * The hook for a learned model that tells which user route a text belongs to.
 *
 * @module
 */

/** One answer of a {@linkcode RouteClassifier}. */
export interface RouteScore {
  /** Name of the route; `none` for a text that belongs to no route. */
  readonly route: string;
  /** Probability, 0 to 1. */
  readonly score: number;
  /** Utterances and n-grams that decided, best first. */
  readonly evidence: string[];
}

/** A learned model over the user's routes. Pure and synchronous. */
export interface RouteClassifier {
  /**
   * Scores `text`, best first; `none` may be among them, even first. `features` is the text's unit
   * vector, with what else the embedder tells of it behind it; undefined while there is no embedder.
   * Not to be changed afterwards: what was answered may be kept by it.
   */
  classify(text: string, features: Float32Array | undefined): readonly RouteScore[];
}
