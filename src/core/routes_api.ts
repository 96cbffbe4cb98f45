/**
 * The user's routes as the command line and the native API see them.
 *
 * @module
 */

import type { Route, RouteTarget } from "./route.ts";

/** How far long work is. */
export interface RoutesProgress {
  /** What is being done now. */
  readonly step: "embedding" | "training" | "evaluating";
  /** Texts, or folds, that are done. */
  readonly done: number;
  /** How many there are in all. */
  readonly total: number;
}

/** Options of everything that takes time. */
export interface RoutesWork {
  /** Ends the work; what is done so far is not kept. */
  readonly signal?: AbortSignal;
  /** Hears now and then how far it is. */
  readonly onProgress?: (progress: RoutesProgress) => void;
}

/** A file of labelled texts. */
export interface LabelledSource {
  /** Its name, for messages and to tell CSV from JSON Lines. */
  readonly name: string;
  /** Text of the file. */
  readonly content: string;
  /** Whether broken lines are left out, or make the whole file refused. */
  readonly onBroken: "skip" | "fail";
}

/** A line that was left out. */
export interface LeftOutLine {
  /** Number of the line in the file, from 1. */
  readonly line: number;
  /** What is wrong with it. */
  readonly reason: string;
}

/** What an import did. */
export interface RoutesImport {
  /** The route file that was written. */
  readonly file: string;
  /** Routes in that file now. */
  readonly routes: number;
  /** Texts that are new. */
  readonly added: number;
  /** Texts that were there already. */
  readonly known: number;
  /** Texts out of scope in that file now. */
  readonly outOfScope: number;
  /** Texts that another route has, which were left out; some of them. */
  readonly conflicting: readonly { readonly text: string; readonly label: string }[];
  /** How many there are of those. */
  readonly conflicts: number;
  /** Lines that were left out. */
  readonly broken: readonly LeftOutLine[];
}

/** What a model of the routes was trained on, and how it did on texts that were held out. */
export interface RoutesModel {
  /** Path of the model file. */
  readonly file: string;
  /** Size of the model file. */
  readonly bytes: number;
  /** Space of its vectors. */
  readonly embedder: string;
  /** Seed that it was trained with. */
  readonly seed: number;
  /** Utterances drawn of each route; absent when all were used. */
  readonly perRoute?: number;
  /** Number of routes. */
  readonly routes: number;
  /** Number of utterances that it learned from. */
  readonly utterances: number;
  /** Null where too few were held out to tell. */
  readonly accuracy: number | null;
  /** How well texts out of scope are told apart, 0.5 to 1; null when there were none. */
  readonly aurocOos: number | null;
  /** Expected calibration error, 0 to 1; null when nothing was held out. */
  readonly ece: number | null;
  /** Milliseconds to embed the utterances. */
  readonly embedMs: number;
  /** Milliseconds to train. */
  readonly trainMs: number;
}

/** What the routes make of one text. */
export interface RouteTest {
  /** The route that is taken; undefined when none reaches its threshold. */
  readonly route?: string;
  /** Best first; `none` may be among them. */
  readonly scores: readonly {
    readonly route: string;
    /** Probability, 0 to 1. */
    readonly score: number;
    /** Least score at which it is taken; null for `none`. */
    readonly threshold: number | null;
    /** Utterances and n-grams that decided. */
    readonly evidence: readonly string[];
  }[];
}

/** Measures of the routes over labelled texts. Null where there is nothing to measure. */
export interface RoutesEvaluation {
  /** Share of the texts in scope whose best route is the right one. */
  readonly accuracy: number | null;
  /** How well texts out of scope are told apart, 0.5 to 1; null when there were none. */
  readonly auroc_oos: number | null;
  /** Expected calibration error, 0 to 1; null when nothing was held out. */
  readonly ece: number | null;
  /** All texts. */
  readonly n: number;
  /** Rows with a route. */
  readonly n_in_scope: number;
  /** Texts labelled `none`. */
  readonly n_oos: number;
  /** Milliseconds of one decision, median, with the vector given. */
  readonly decision_ms_p50: number | null;
  /** Suggested threshold for all routes. */
  readonly threshold: number;
  /** Parts of the cross-validation; null when there was none. */
  readonly folds: number | null;
  /** Figures of each route. */
  readonly routes: readonly {
    readonly route: string;
    readonly support: number;
    readonly precision: number | null;
    readonly recall: number | null;
    readonly f1: number;
    readonly threshold: number;
  }[];
  /** What was mistaken for what, most often first. */
  readonly confusions: readonly {
    readonly expected: string;
    readonly answered: string;
    readonly count: number;
    readonly example: string;
  }[];
  /** Accuracy against coverage by threshold. */
  readonly coverage: readonly {
    readonly threshold: number;
    readonly coverage: number | null;
    readonly accuracy: number | null;
    readonly rejected: number | null;
  }[];
  /** Labels of texts in scope that no route has. */
  readonly unknown_labels: readonly string[];
  /** Lines that were left out. */
  readonly broken: readonly LeftOutLine[];
}

/** An evaluation with its pictures. */
export interface RoutesReport {
  /** The figures. */
  readonly evaluation: RoutesEvaluation;
  /** Numbers, bars and tables for a terminal. */
  readonly text: string;
  /** One self-contained page. */
  readonly html: string;
}

/** The routes of a data directory. Every method throws `AtmosphereError`, or the signal's reason. */
export interface RoutesApi {
  /** All routes: those of `config.yaml`, then those of the route files. */
  list(): Promise<readonly Route[]>;
  /** The route called `name`. Throws `not_found`. */
  get(name: string): Promise<Route>;
  /**
   * Adds a route, or with `merge` adds to the utterances of one that is there and replaces what else
   * is given. Throws `conflict` when it is there and `merge` is off, or belongs to `config.yaml`.
   */
  put(route: Route, options?: { readonly merge?: boolean }): Promise<Route>;
  /** Removes a route from its file. Throws `not_found`, or `conflict` when it belongs to `config.yaml`. */
  remove(name: string): Promise<void>;
  /** Adds labelled texts to routes named by their labels, in one route file. */
  import(
    source: LabelledSource,
    options?: { readonly target?: RouteTarget; readonly file?: string },
  ): Promise<RoutesImport>;
  /** Trains the model of the routes. */
  train(
    options?: RoutesWork & { readonly perRoute?: number; readonly seed?: number },
  ): Promise<RoutesModel>;
  /** What the routes make of `text`. */
  test(text: string, options?: RoutesWork): Promise<RouteTest>;
  /** Measures the routes over labelled texts, or by cross-validation over these texts alone. */
  evaluate(
    source: LabelledSource,
    options?: RoutesWork & { readonly folds?: number; readonly seed?: number },
  ): Promise<RoutesReport>;
}
