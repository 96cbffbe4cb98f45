/**
 * The routes of a data directory: their files, their model, their measures.
 *
 * @module
 */

import {
  type Config,
  mergeUtterances,
  parseRoute,
  readRoutes,
  removeRoutesFile,
  routeNameOf,
  routesDirectory,
  type RoutesFile,
  routesFilePath,
  type RoutesOnDisk,
  writeRoutesFile,
} from "../../config/mod.ts";
import {
  AtmosphereError,
  type Embedder,
  type LabelledSource,
  type Route,
  type RoutesApi,
  type RoutesImport,
  type RoutesModel,
  type RoutesReport,
  type RoutesWork,
  type RouteTarget,
  type RouteTest,
} from "../../core/mod.ts";
import {
  formatOf,
  type LabelledFile,
  type LearnedHead,
  noRoute,
  outOfScope,
  readLabelled,
  resolveConstants,
  trainingHash,
  trainingSet,
  type TrainingSource,
} from "../../router/mod.ts";
import { answerAll, type Answers, reportOf } from "./evaluation.ts";
import { evaluateInFolds } from "./fold_evaluation.ts";
import { TextVectors } from "./text_vectors.ts";
import { embedAndTrain, readHead, saveHead, type Trained } from "./training.ts";

/** Where imported routes lead until the user says otherwise: to the best chat model for the request. */
const usualTarget: RouteTarget = { kind: "llm/chat" };
const defaultSeed = 1;
/** Conflicts of an import that are listed. */
const listedConflicts = 20;

/** The model's file in the data directory. */
export function routesModelPath(dataDir: string): string {
  return `${routesDirectory(dataDir)}/routes.model`;
}

/** `RoutesApi` on the files of a data directory. Whoever made the embedder disposes it. */
export class RoutesService implements RoutesApi {
  readonly #config: Config;
  readonly #embedder: Embedder;
  readonly #vectors: TextVectors;
  readonly #onChange: () => Promise<void>;

  /** Does no I/O. `onChange` is awaited after each change of the routes or of their model. */
  constructor(
    config: Config,
    embedder: Embedder,
    options: { readonly onChange?: () => Promise<void> } = {},
  ) {
    this.#onChange = options.onChange ?? (() => Promise.resolve());
    this.#config = config;
    this.#embedder = embedder;
    this.#vectors = new TextVectors(embedder, `${config.dataDir}/cache`);
  }

  async list(): Promise<readonly Route[]> {
    return [...this.#config.routes, ...(await this.#read()).routes];
  }

  async get(name: string): Promise<Route> {
    const route = (await this.list()).find((route) => sameName(route.name, name));
    if (route === undefined) throw noSuchRoute(name);
    return route;
  }

  async put(given: Route, options: { merge?: boolean } = {}): Promise<Route> {
    const route = await parseRoute(given);
    const disk = await this.#read();
    this.#refuseConfigured(route.name);
    const file = disk.files.find(({ routes }) => routes.some((r) => sameName(r.name, route.name)));
    const before = file?.routes.find((r) => sameName(r.name, route.name));
    if (before !== undefined && options.merge !== true) {
      throw new AtmosphereError("conflict", `There is already a route named "${before.name}"`, {
        hint: "Remove it first, or add to it",
      });
    }
    const after: Route = before === undefined ? route : {
      ...before,
      ...route,
      name: before.name,
      utterances: unique([...before.utterances, ...route.utterances]),
      ...merged(before.negativeUtterances, route.negativeUtterances),
    };
    const target: RoutesFile = file ?? {
      path: routesFilePath(this.#config.dataDir, route.name),
      routes: [],
      outOfScope: [],
    };
    await this.#replace(target, {
      ...target,
      routes: [...target.routes.filter((r) => !sameName(r.name, route.name)), after],
    });
    return await this.get(after.name);
  }

  async remove(name: string): Promise<void> {
    const { files } = await this.#read();
    this.#refuseConfigured(name);
    const file = files.find(({ routes }) => routes.some((route) => sameName(route.name, name)));
    if (file === undefined) throw noSuchRoute(name);
    const routes = file.routes.filter((route) => !sameName(route.name, name));
    if (routes.length === 0 && file.outOfScope.length === 0) await removeRoutesFile(file.path);
    else await writeRoutesFile({ ...file, routes });
    await this.#onChange();
  }

  async import(
    source: LabelledSource,
    options: { target?: RouteTarget; file?: string } = {},
  ): Promise<RoutesImport> {
    const labelled = readSource(source);
    const { files } = await this.#read();
    const name = routeNameOf(options.file ?? baseName(source.name));
    const path = routesFilePath(this.#config.dataDir, name);
    const file = files.find((file) => file.path === path) ?? { path, routes: [], outOfScope: [] };
    const merged = mergeUtterances(labelled.rows, {
      routes: file.routes,
      outOfScope: file.outOfScope,
      elsewhere: [
        ...this.#config.routes,
        ...files.filter((other) => other !== file).flatMap(({ routes }) => routes),
      ],
      target: options.target ?? usualTarget,
      foreign: outOfScope,
    });
    await this.#replace(file, { path, routes: merged.routes, outOfScope: merged.outOfScope });
    return {
      file: path,
      routes: merged.routes.length,
      added: merged.added,
      known: merged.known,
      outOfScope: merged.outOfScope.length,
      conflicting: merged.conflicting.slice(0, listedConflicts),
      conflicts: merged.conflicting.length,
      broken: labelled.broken,
    };
  }

  async train(
    options: RoutesWork & { perRoute?: number; seed?: number } = {},
  ): Promise<RoutesModel> {
    const source = await this.#source();
    const { model } = await this.#trainAndSave(source, options);
    await this.#onChange();
    return model;
  }

  /**
   * The model of the routes as they are now. One that is missing or outdated is trained, or with
   * `train: false` undefined.
   */
  async head(work: RoutesWork & { readonly train: boolean }): Promise<LearnedHead | undefined> {
    const source = await this.#source();
    await this.#knowModel(work.signal);
    const read = await readHead(routesModelPath(this.#config.dataDir), {
      model: this.#embedder.model,
      routesHash: trainingHash(trainingSet(source)),
    });
    if ("head" in read) return read.head;
    return work.train ? (await this.#trainAndSave(source, work)).head : undefined;
  }

  async test(text: string, options: RoutesWork = {}): Promise<RouteTest> {
    const head = await this.#currentHead(options);
    const vectorOf = await this.#vectors.of([text], options);
    const routes = await this.list();
    const usual = resolveConstants(this.#config.router.constants).routeThreshold;
    const scores = head.classify(text, vectorOf(text)).map(({ route, score, evidence }) => ({
      route,
      score,
      threshold: route === noRoute
        ? null
        : routes.find(({ name }) => name === route)?.threshold ?? usual,
      evidence,
    }));
    const [best] = scores;
    const taken = best !== undefined && best.threshold !== null && best.score >= best.threshold;
    return { ...(taken ? { route: best.route } : {}), scores };
  }

  async evaluate(
    source: LabelledSource,
    options: RoutesWork & { folds?: number; seed?: number } = {},
  ): Promise<RoutesReport> {
    const { rows, broken } = readSource(source);
    if (rows.length === 0) {
      throw new AtmosphereError("invalid_request", `${source.name} has no labelled text`);
    }
    const { folds } = options;
    const title = `Routes over ${source.name}`;
    if (folds !== undefined) {
      const { answers, known } = await evaluateInFolds(rows, {
        ...options,
        folds,
        seed: options.seed ?? defaultSeed,
        vectors: this.#vectors,
        model: () => this.#embedder.model,
      });
      return reportOf(answers, { known, folds, broken, title });
    }
    const head = await this.#currentHead(options);
    const vectorOf = await this.#vectors.of(rows.map(({ text }) => text), options);
    const answers: Answers = { rows: [], decisionMs: [] };
    await answerAll(head, { rows, vectorOf, into: answers, signal: options.signal });
    return reportOf(answers, { known: head.data.routes, folds: undefined, broken, title });
  }

  async #currentHead(work: RoutesWork): Promise<LearnedHead> {
    return (await this.head({ ...work, train: true }))!;
  }

  async #trainAndSave(
    source: TrainingSource,
    options: RoutesWork & { perRoute?: number; seed?: number },
  ): Promise<{ head: LearnedHead; model: RoutesModel }> {
    const trained = await embedAndTrain(source, {
      ...options,
      seed: options.seed ?? defaultSeed,
      vectors: this.#vectors,
      model: () => this.#embedder.model,
    });
    const file = routesModelPath(this.#config.dataDir);
    const bytes = await saveHead(file, trained.head);
    return { head: trained.head, model: describe(trained, { file, bytes }) };
  }

  async #source(): Promise<TrainingSource> {
    const { routes, outOfScope } = await this.#read();
    const all = [...this.#config.routes, ...routes];
    if (all.length === 0) {
      throw new AtmosphereError("not_found", "There are no routes", {
        hint: "Add one with atmosphere routes add, or import labelled texts with routes import",
      });
    }
    return { routes: all, outOfScope };
  }

  /** An unusual model tells its dimensions only once it is loaded. */
  async #knowModel(signal: AbortSignal | undefined): Promise<void> {
    if (this.#embedder.model.dimensions > 0) return;
    await this.#embedder.warm(signal === undefined ? {} : { signal });
  }

  async #read(): Promise<RoutesOnDisk> {
    return await readRoutes(this.#config.dataDir, this.#config.routes);
  }

  /** Writes a file, and takes it back when all files together are not right any more. */
  async #replace(before: RoutesFile, after: RoutesFile): Promise<void> {
    await writeRoutesFile(after);
    try {
      await this.#read();
    } catch (error) {
      const wasThere = before.routes.length > 0 || before.outOfScope.length > 0;
      if (wasThere) await writeRoutesFile(before);
      else await removeRoutesFile(before.path);
      throw error;
    }
    await this.#onChange();
  }

  #refuseConfigured(name: string): void {
    if (!this.#config.routes.some((route) => sameName(route.name, name))) return;
    throw new AtmosphereError("conflict", `Route "${name}" is in the configuration file`, {
      hint: `Change it there: ${this.#config.file ?? "config.yaml"}`,
    });
  }
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Negative utterances of both, where there are any. */
function merged(
  before: readonly string[] = [],
  more: readonly string[] = [],
): { negativeUtterances?: string[] } {
  const all = unique([...before, ...more]);
  return all.length === 0 ? {} : { negativeUtterances: all };
}

function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");
}

function readSource({ name, content, onBroken }: LabelledSource): LabelledFile {
  return readLabelled(content, { format: formatOf(name, content), onBroken, source: name });
}

function noSuchRoute(name: string): AtmosphereError {
  return new AtmosphereError("not_found", `No route is named "${name}"`, {
    hint: "List them with: atmosphere routes list",
  });
}

function describe(
  { head, embedMs, trainMs }: Trained,
  { file, bytes }: { file: string; bytes: number },
): RoutesModel {
  const { embedder, metrics, perRoute, routes, seed, utterances } = head.data;
  const known = (value: number) => Number.isNaN(value) ? null : value;
  return {
    file,
    bytes,
    embedder: `${embedder.name} ${embedder.dtype}`,
    seed,
    ...(perRoute === undefined ? {} : { perRoute }),
    routes: routes.length,
    utterances,
    accuracy: known(metrics.accuracy),
    aurocOos: known(metrics.aurocOutOfScope),
    ece: known(metrics.calibrationError),
    embedMs: Math.round(embedMs),
    trainMs: Math.round(trainMs),
  };
}
