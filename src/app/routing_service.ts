/**
 * Feeds the pure router: embeds what it compares, keeps its index current, and asks it.
 *
 * @module
 */

import type {
  Capability,
  Decision,
  Embedder,
  Logger,
  Refusal,
  Route,
  RouteRequest,
} from "../core/mod.ts";
import { abortable, isAbort } from "../core/mod.ts";
import {
  IntentCache,
  type IntentReader,
  type IntentVectors,
  loadIntentReader,
  type RouteClassifier,
  type Router,
} from "../router/mod.ts";

/** Longest wait for an engine that is still loading; then the router decides without meaning. */
const embedWaitMs = 5_000;

/** What is known of the user's routes. */
export interface LearnedRoutes {
  /** The trained model; undefined while there is none. */
  readonly classifier: RouteClassifier | undefined;
  /** Whether requests are compared with the routes' texts as long as there is no model. */
  readonly compare: boolean;
}

/** Gives the model of the routes that were last set. */
export type RouteLearner = (signal: AbortSignal | undefined) => Promise<LearnedRoutes>;

/** A backend that is down. */
export interface LostBackend {
  readonly id: string;
  /** Why; empty when that is not known. */
  readonly reason: string;
  /** Names of the models that it had when it was up. */
  readonly models: readonly string[];
}

/** What the service needs. */
export interface RoutingServiceOptions {
  readonly router: Router;
  readonly embedder: Embedder;
  readonly logger: Logger;
  /** Intents whose vectors are remembered. */
  readonly cacheEntries: number;
  /** Backends that do not answer, named in refusals: what they have is unknown. @default none */
  readonly down?: () => readonly LostBackend[];
}

/** Asks the router, with the intent embedded when that is needed. */
export class RoutingService {
  readonly #router: Router;
  readonly #embedder: Embedder;
  readonly #logger: Logger;
  readonly #intents: IntentCache;
  readonly #down: NonNullable<RoutingServiceOptions["down"]>;
  #capabilities: readonly Capability[] = [];
  #routes: readonly Route[] = [];
  /** What must be embedded for the router has changed since it was last told. */
  #stale = true;
  #reader: Promise<IntentReader> | undefined;
  #anchored = false;
  #feeding: Promise<void> | undefined;
  #learner: RouteLearner | undefined;

  /** Does no I/O and loads nothing. */
  constructor(options: RoutingServiceOptions) {
    this.#router = options.router;
    this.#embedder = options.embedder;
    this.#logger = options.logger;
    this.#intents = new IntentCache({ maxEntries: options.cacheEntries });
    this.#down = options.down ?? (() => []);
  }

  /** The router's load tracker. */
  get load(): Router["load"] {
    return this.#router.load;
  }

  /** Tells the router who served `request` in the end. */
  served(request: RouteRequest, capability: string): void {
    this.#router.served(request, capability);
  }

  /** Takes a new list of capabilities. They can be named at once; their meaning follows. */
  setCapabilities(capabilities: readonly Capability[]): void {
    this.#capabilities = capabilities;
    this.#router.setCapabilities(
      capabilities.map((capability) => ({
        capability,
        vectors: this.#cachedVectors([capability.description, ...capability.examples]),
      })),
    );
    this.#stale = true;
    if (this.#embedder.state === "ready") void this.warm().catch(() => {});
  }

  /** Who is asked for the model of the routes, when meaning is needed. */
  setRouteLearner(learner: RouteLearner): void {
    this.#learner = learner;
  }

  /** Has the model of the routes asked for again. */
  relearnRoutes(): void {
    this.#stale = true;
    if (this.#embedder.state === "ready") void this.warm().catch(() => {});
  }

  /** Takes a new list of user routes. */
  setRoutes(routes: readonly Route[]): void {
    this.#routes = routes;
    this.#router.setIntentModel(undefined);
    this.#router.setRoutes(
      routes.map((route) => ({ route, vectors: { utterances: [], negative: [] } })),
    );
    this.#stale = true;
    if (this.#embedder.state === "ready") void this.warm().catch(() => {});
  }

  /** Loads the engine and embeds everything that the router compares with. */
  async warm(options: { signal?: AbortSignal } = {}): Promise<void> {
    while (!this.#isFed) {
      this.#feeding ??= this.#feed(options.signal).finally(() => {
        this.#feeding = undefined;
      });
      await this.#feeding;
    }
  }

  /** Whether the router has all that it was to be told, and is not just being told. */
  get #isFed(): boolean {
    return !this.#stale && this.#feeding === undefined;
  }

  /** The decision, where it needs no meaning; undefined where it does. See {@linkcode decide}. */
  decideNow(request: RouteRequest): Decision | undefined {
    if (this.#router.needsMeaning(request)) return undefined;
    const context = { explain: false, embedding: "none", embedMs: 0 } as const;
    return this.#withDown(this.#router.decide(request, context), request);
  }

  /** The router's decision. Never throws for a reason of the router's: a refusal is a decision. */
  async decide(
    request: RouteRequest,
    options: { explain?: boolean; signal?: AbortSignal } = {},
  ): Promise<Decision> {
    return this.#withDown(await this.#decide(request, options), request);
  }

  /** The decision; a refusal tells what is down as well. */
  #withDown(decision: Decision, request: RouteRequest): Decision {
    const { refusal } = decision;
    if (refusal === undefined) return decision;
    const down = this.#down();
    return down.length === 0
      ? decision
      : { ...decision, refusal: refusalWhileDown(refusal, { request, down }) };
  }

  async #decide(
    request: RouteRequest,
    options: { explain?: boolean; signal?: AbortSignal },
  ): Promise<Decision> {
    const explain = options.explain ?? false;
    if (!this.#router.needsMeaning(request)) {
      return this.#router.decide(request, { explain, embedding: "none", embedMs: 0 });
    }
    // The engine takes longest, so it starts to load before the reader does.
    if (this.#stale) void this.warm().catch(() => {});
    await (this.#reader ?? this.#loadReader());
    if (this.#isFed) {
      const known = this.#intents.get(request.intent);
      if (known !== undefined) {
        return this.#router.decide(request, {
          ...known.vectors,
          explain,
          embedding: known.match === "exact" ? "cache" : "near-duplicate",
          embedMs: 0,
        });
      }
    }
    const start = performance.now();
    try {
      const vectors = await this.#embedIntent(request.intent, options.signal);
      return this.#router.decide(request, {
        ...vectors,
        explain,
        embedding: "computed",
        embedMs: performance.now() - start,
      });
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (!isAbort(error)) this.#logger.debug("Deciding without meaning", { error });
      return this.#router.decide(request, {
        explain,
        embedding: "unavailable",
        embedMs: performance.now() - start,
      });
    }
  }

  #loadReader(): Promise<IntentReader> {
    return this.#reader = loadIntentReader(this.#embedder.model).then(
      (reader) => {
        this.#router.setIntentReader(reader);
        return reader;
      },
      (error) => {
        this.#reader = undefined; // Run from a registry, its data comes over the network.
        throw error;
      },
    );
  }

  async #embedIntent(intent: string, signal: AbortSignal | undefined): Promise<IntentVectors> {
    const bounded = AbortSignal.any([
      AbortSignal.timeout(embedWaitMs),
      ...(signal === undefined ? [] : [signal]),
    ]);
    await abortable(this.warm(), bounded);
    const { vectors, features = vectors } = await this.#embedder.embed([intent], {
      signal: bounded,
      features: true,
    });
    const [vector, row] = [vectors[0], features[0]];
    if (vector === undefined || row === undefined) {
      throw new TypeError("The embedder returned no vector for the intent");
    }
    const known = { vector, features: row };
    this.#intents.set(intent, known);
    return known;
  }

  async #feed(signal: AbortSignal | undefined): Promise<void> {
    this.#stale = false;
    const capabilities = this.#capabilities;
    const routes = this.#routes;
    try {
      const embed = async (texts: readonly string[]) =>
        texts.length === 0
          ? []
          : (await this.#embedder.embed(texts, signal === undefined ? {} : { signal })).vectors;
      if (!this.#anchored) {
        void this.#embedder.warm(signal === undefined ? {} : { signal }).catch(() => {});
        const reader = await (this.#reader ?? this.#loadReader());
        reader.setAnchors(await embed(reader.anchorTexts()));
        this.#anchored = true;
      }
      const described = capabilities.map((c) => [c.description, ...c.examples]);
      const capabilityVectors = regroup(described, await embed(described.flat()));
      const learned = await this.#learnRoutes(routes, signal);
      const routeTexts = !learned.compare ? [] : routes.map((route) => [
        ...(route.description === undefined ? [] : [route.description]),
        ...route.utterances,
        ...(route.negativeUtterances ?? []),
      ]);
      const routeVectors = regroup(routeTexts, await embed(routeTexts.flat()));
      if (this.#stale) return; // The lists changed meanwhile; the next round has the new ones.
      this.#router.setCapabilities(
        capabilities.map((capability, i) => ({ capability, vectors: capabilityVectors[i] ?? [] })),
      );
      this.#router.setRoutes(
        routes.map((route, i) => ({ route, vectors: splitRoute(route, routeVectors[i] ?? []) })),
      );
      this.#router.setIntentModel(learned.classifier);
    } catch (error) {
      this.#stale = true;
      throw error;
    }
  }

  /** Without a learner, or when it fails, the routes' texts are compared. */
  async #learnRoutes(
    routes: readonly Route[],
    signal: AbortSignal | undefined,
  ): Promise<LearnedRoutes> {
    if (routes.length === 0) return { classifier: undefined, compare: false };
    if (this.#learner === undefined) return { classifier: undefined, compare: true };
    try {
      return await this.#learner(signal);
    } catch (error) {
      if (signal?.aborted || isAbort(error)) throw error;
      this.#logger.warn("The routes could not be learned", { error });
      return { classifier: undefined, compare: true };
    }
  }

  #cachedVectors(texts: readonly string[]): Float32Array[] {
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      const vector = this.#embedder.cached(text);
      if (vector === undefined) return [];
      vectors.push(vector);
    }
    return vectors;
  }
}

/** Cuts a flat list of vectors back into the groups that their texts came in. */
function regroup(
  groups: readonly (readonly string[])[],
  vectors: readonly Float32Array[],
): Float32Array[][] {
  let offset = 0;
  return groups.map((group) => vectors.slice(offset, offset += group.length));
}

function splitRoute(route: Route, vectors: readonly Float32Array[]) {
  const first = route.description === undefined ? 0 : 1;
  const middle = first + route.utterances.length;
  const description = first === 1 ? vectors[0] : undefined;
  return {
    ...(description === undefined ? {} : { description }),
    utterances: vectors.slice(first, middle),
    negative: vectors.slice(middle),
  };
}

/** The refusal with what is down; a model that was there is unreachable rather than unknown. */
function refusalWhileDown(
  refusal: Refusal,
  { request, down }: { readonly request: RouteRequest; readonly down: readonly LostBackend[] },
): Refusal {
  const holder = refusal.code !== "model_not_found"
    ? undefined
    : down.find(({ id, models }) =>
      models.some((name) => request.model === name || request.model === `${id}/${name}`)
    );
  const told = ({ id, reason }: LostBackend) =>
    `"${id}" is down${reason === "" ? "" : ` (${reason})`}`;
  if (holder !== undefined) {
    return {
      ...refusal,
      code: "backend_unreachable",
      message: `"${request.model}" can't be reached: ${told(holder)}`,
      hint: "Try again when it is up; atmosphere status shows it",
    };
  }
  const missing = down.map((each) => `${told(each)}, and its models with it`).join("; ");
  return { ...refusal, hint: `${missing}. ${refusal.hint}` };
}
