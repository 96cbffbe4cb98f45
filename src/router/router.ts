/**
 * The router: explicit names, filter, meaning, cost and load, choice.
 *
 * @module
 */

import {
  type Alias,
  type Capability,
  type Clock,
  createId,
  type Decision,
  type Factor,
  isAuto,
  type Preference,
  type Refusal,
  type Route,
  type RouteMatch,
  type RouteRequest,
} from "../core/mod.ts";
import { CandidatePool, rejectionsOf, type Search } from "./candidate_pool.ts";
import { CapabilityIndex, type IndexedCapability } from "./capability_index.ts";
import { ExpiringMap, RecentMap } from "./choice_memory.ts";
import type { RouteClassifier } from "./classifier.ts";
import { type Constants, resolveConstants } from "./constants.ts";
import { Experience } from "./experience.ts";
import { Explainer, weighedLater } from "./explain.ts";
import { factorNames, factorRange } from "./factors.ts";
import { type Requirements, requirementsOf } from "./filter.ts";
import { clusterOf, type IntentReader } from "./intent_estimate.ts";
import { LoadTracker } from "./load_tracker.ts";
import type { SourcedPolicy } from "./policy.ts";
import { nothingServes } from "./refusal.ts";
import { type IndexedRoute, RouteIndex } from "./route_index.ts";
import {
  explicitScope,
  hasMeaning,
  type Scope,
  scopeByMeaning,
  settleKind,
  wantsVector,
  weighsSpecialities,
  withoutTarget,
} from "./scope.ts";
import { Scorer, type ScoringContext, weighTiers } from "./scorer.ts";
import type {
  DecideContext,
  ReportedOutcome,
  Router,
  RouterOptions,
  RouterSettings,
} from "./types.ts";

/** A router without capabilities. Throws `config_invalid` for mistakes in the constants. */
export function createRouter(options: RouterOptions): Router {
  return new SemanticRouter(options);
}

/** What is kept of a decision for the outcome that is reported later. */
interface Remembered {
  readonly cluster: string;
  readonly capability: string;
}

/** Explicit names and kinds whose text says nothing have no class of intent. */
const noCluster = "any";
/** Contenders that hysteresis is kept for: kinds times classes times preferences. */
const maxContests = 1024;

class SemanticRouter implements Router {
  readonly load: LoadTracker;
  readonly experience: Experience;
  readonly #settings: RouterSettings;
  readonly #constants: Constants;
  readonly #clock: Clock;
  readonly #scorer = new Scorer();
  readonly #pool = new CandidatePool();
  readonly #sessions: ExpiringMap<string>;
  readonly #winners: ExpiringMap<string>;
  readonly #decisions: RecentMap<Remembered>;
  #index: CapabilityIndex;
  #routes: RouteIndex;
  #aliases: readonly Alias[] = [];
  #classifier: RouteClassifier | undefined;
  #reader: IntentReader | undefined;
  readonly #ranges: readonly Factor["range"][];
  readonly #owner: SourcedPolicy;

  constructor(options: RouterOptions) {
    const { settings, clock, random } = options;
    const constants = resolveConstants(settings.constants);
    this.#settings = settings;
    this.#owner = { policy: settings.policy, source: "the owner's policy" };
    this.#clock = clock;
    this.#constants = constants;
    this.#ranges = factorNames.map((name) => factorRange(name, constants));
    this.load = new LoadTracker({ clock, constants, ...(random === undefined ? {} : { random }) });
    this.experience = new Experience(constants);
    this.#index = new CapabilityIndex([], { constants, load: this.load });
    this.#routes = new RouteIndex([], constants);
    this.#sessions = new ExpiringMap({
      maxEntries: constants.affinitySessions,
      maxAgeMs: constants.affinityMinutes * 60_000,
    });
    this.#winners = new ExpiringMap({ maxEntries: maxContests, maxAgeMs: Infinity });
    this.#decisions = new RecentMap(constants.rememberedDecisions);
  }

  setCapabilities(list: readonly IndexedCapability[]): void {
    this.load.retain(new Set(list.map(({ capability }) => capability.id)));
    this.#index = new CapabilityIndex(list, { constants: this.#constants, load: this.load });
    this.#index.names.setAliases(this.#aliases);
  }

  setRoutes(list: readonly IndexedRoute[]): void {
    this.#routes = new RouteIndex(list, this.#constants);
  }

  setAliases(aliases: readonly Alias[]): void {
    this.#aliases = aliases;
    this.#index.names.setAliases(aliases);
  }

  setIntentModel(model: RouteClassifier | undefined): void {
    this.#classifier = model;
  }

  setIntentReader(reader: IntentReader): void {
    this.#reader = reader;
  }

  needsMeaning(request: RouteRequest): boolean {
    return wantsVector(request, { index: this.#index, routes: this.#routes });
  }

  served(request: RouteRequest, capability: string): void {
    if (request.session === undefined) return;
    this.#sessions.set(sessionKey(request), capability, this.#clock.monotonic());
  }

  learn(outcome: ReportedOutcome): boolean {
    const remembered = this.#decisions.get(outcome.decision);
    const capability = outcome.capability ?? remembered?.capability;
    if (capability === undefined) return false;
    const { success, rating, latencyMs } = outcome;
    this.experience.record({
      capability,
      cluster: remembered?.cluster ?? noCluster,
      atMs: this.#clock.now(),
      success,
      rating,
      latencyMs,
    });
    return true;
  }

  decide(asked: RouteRequest, context: DecideContext = {}): Decision {
    const startMs = this.#clock.monotonic();
    const { vector } = context;
    const options = { index: this.#index, routes: this.#routes };
    const named = isAuto(asked.model) ? undefined : explicitScope(asked, options);
    const match = named === undefined ? this.#matchRoute(asked, context) : undefined;
    const led = named ?? scopeByMeaning(match, options);
    const { request, scope } = "code" in led
      ? { request: asked, scope: led }
      : settleKind(asked, { scope: led, index: this.#index });
    const answer = "code" in scope
      ? refused(scope, [])
      : this.#choose(request, { ...context, scope });
    const decision: Decision = {
      id: createId("dec", this.#clock.now()),
      ...answer.part,
      request,
      ...(match === undefined ? {} : { route: match }),
      embedding: context.embedding ??
        (vector === undefined && this.needsMeaning(request) ? "unavailable" : "none"),
      embedMs: context.embedMs ?? 0,
      decideMs: this.#clock.monotonic() - startMs,
    };
    const winner = decision.candidates[0]?.capability.id;
    if (winner !== undefined && context.explain !== true) {
      this.#decisions.add(decision.id, { cluster: answer.cluster, capability: winner });
    }
    return decision;
  }

  #choose(request: RouteRequest, options: DecideContext & { readonly scope: Scope }): Answer {
    const { vector, explain = false } = options;
    let { scope } = options;
    let search = this.#search(request, scope);
    this.#pool.gather(search);
    if (this.#pool.count === 0 && scope.outcome === "route") {
      scope = withoutTarget(scope);
      search = this.#search(request, scope);
      this.#pool.gather(search);
    }
    if (this.#pool.count === 0) {
      const rejected = rejectionsOf(search, new Set());
      return refused(
        nothingServes(request, {
          rejected,
          capabilities: this.#index.capabilities,
          scope: scope.description,
        }),
        rejected,
      );
    }
    if (!explain && isNamed(scope) && this.#pool.count === 1) {
      return this.#takeNamed(request, search);
    }
    const scoring = this.#scoring(request, {
      // A name leaves nothing to weigh but where to run it; a route's name leaves its target's choice.
      byMeaning: hasMeaning(request.kind) && !isNamed(scope) && this.#pool.count > 1,
      requirements: search.requirements,
      vector,
    });
    const whole = explain || !scoring.live;
    const limit = whole ? Infinity : this.#constants.candidateCount;
    const ranked = this.#pool.rank(this.#scorer, { context: scoring, limit });
    const positions = scoring.live ? ranked : this.#sameSpace(ranked);
    const explainer = new Explainer(scoring);
    const shown = explain ? positions : positions.slice(0, this.#constants.candidateCount);
    const candidates = shown.map((position) => explainer.candidate(position, this.#scorer));
    if (!explain) this.#remember(request, scoring, candidates[0]!.capability);
    return {
      cluster: scoring.cluster,
      part: {
        outcome: scope.outcome === "meaning" && this.#decidedByAffinity(candidates, scoring)
          ? "affinity"
          : scope.outcome,
        candidates,
        rejected: explain ? rejectionsOf(search, new Set(positions)) : [],
      },
    };
  }

  /** The one that was named: nothing to weigh, unless somebody asks for its score. */
  #takeNamed(request: RouteRequest, { index, requirements }: Search): Answer {
    const position = this.#pool.first;
    const capability = index.capabilities[position]!;
    // What changes by this very decision is looked up before.
    const sessionCapability = this.#sessionCapability(request);
    this.#rememberSession(request, capability);
    const candidate = weighedLater(capability, () => {
      const scoring = this.#scoring(request, { byMeaning: false, requirements, vector: undefined });
      return new Explainer({ ...scoring, index, sessionCapability })
        .candidate(position, this.#scorer);
    });
    return {
      cluster: noCluster,
      part: { outcome: "explicit", candidates: [candidate], rejected: [] },
    };
  }

  #matchRoute(
    request: RouteRequest,
    { vector, features = vector }: DecideContext,
  ): RouteMatch | undefined {
    if (this.#routes.routes.length === 0 || !hasMeaning(request.kind)) return undefined;
    const best = this.#classifier !== undefined
      ? this.#classifier.classify(request.intent, features)[0]
      : this.#routes.nearest(vector);
    const route = best === undefined ? undefined : this.#routes.find(best.route);
    if (best === undefined || route === undefined) return undefined;
    return {
      name: route.name,
      score: best.score,
      threshold: route.threshold ?? this.#constants.routeThreshold,
      evidence: best.evidence,
    };
  }

  #search(request: RouteRequest, scope: Scope): Search {
    const { route, positions } = scope;
    return {
      index: this.#index,
      load: this.load,
      positions,
      requirements: requirementsOf(request.kind, {
        features: [request.required, route?.required],
        policies: [this.#owner, routePolicy(route), {
          policy: request.policy,
          source: "the request",
        }],
      }),
    };
  }

  #scoring(
    request: RouteRequest,
    options: { byMeaning: boolean; requirements: Requirements; vector: Float32Array | undefined },
  ): ScoringContext {
    const { byMeaning, requirements, vector } = options;
    const index = this.#index;
    const constants = this.#constants;
    const estimate = byMeaning && weighsSpecialities(request.kind)
      ? this.#reader?.read(request.intent, {
        vector,
        constants,
        hasImage: request.required.vision === true,
        hasTools: request.required.tools === true,
      })
      : undefined;
    const preference = request.preference ?? this.#settings.preference;
    const cluster = estimate === undefined ? noCluster : clusterOf(estimate);
    const nowMs = this.#clock.monotonic();
    return {
      index,
      load: this.load,
      constants,
      ranges: this.#ranges,
      preference,
      required: requirements.features,
      estimate,
      ...weighTiers(estimate, { index, preference, constants }),
      cosines: byMeaning && index.vectors.comparable(vector)
        ? index.vectors.dotAll(vector)
        : undefined,
      sessionCapability: this.#sessionCapability(request),
      lastWinner: this.#winners.get(contestKey(request, { cluster, preference }), nowMs),
      live: request.kind !== "llm/embed",
      experience: this.experience,
      cluster,
      nowMs: this.#clock.now(),
    };
  }

  #sessionCapability(request: RouteRequest): string | undefined {
    return request.session === undefined
      ? undefined
      : this.#sessions.get(sessionKey(request), this.#clock.monotonic());
  }

  /** Vectors of another model are of another space: no failover from one to the other. */
  #sameSpace(ranked: readonly number[]): number[] {
    const { capabilities } = this.#index;
    const embedded = ranked.find((p) => capabilities[p]!.locality === "embedded");
    const { name } = capabilities[embedded ?? ranked[0]!]!;
    return ranked.filter((p) => capabilities[p]!.name === name);
  }

  #remember(request: RouteRequest, scoring: ScoringContext, winner: Capability): void {
    this.#rememberSession(request, winner);
    // Without a contest there is nothing that could flap.
    if (this.#pool.count === 1) return;
    this.#winners.set(contestKey(request, scoring), winner.id, this.#clock.monotonic());
  }

  #rememberSession(request: RouteRequest, winner: Capability): void {
    if (request.session === undefined) return;
    this.#sessions.set(sessionKey(request), winner.id, this.#clock.monotonic());
  }

  #decidedByAffinity(
    candidates: readonly { capability: Capability; score: number }[],
    scoring: ScoringContext,
  ): boolean {
    const [first, second] = candidates;
    if (first === undefined || second === undefined) return false;
    if (first.capability.id !== scoring.sessionCapability) return false;
    return first.score / (1 + this.#constants.affinityGain) < second.score;
  }
}

interface Answer {
  readonly cluster: string;
  readonly part: Pick<Decision, "outcome" | "candidates" | "rejected"> & { refusal?: Refusal };
}

function refused(refusal: Refusal, rejected: Decision["rejected"]): Answer {
  return { cluster: noCluster, part: { outcome: "refused", candidates: [], rejected, refusal } };
}

/** Whether the caller named what is to serve, and not only one of the routes. */
function isNamed(scope: Scope): boolean {
  return scope.outcome === "explicit" && scope.route === undefined;
}

function routePolicy(route: Route | undefined): SourcedPolicy | undefined {
  if (route?.policy === undefined) return undefined;
  return { policy: route.policy, source: `the route "${route.name}"` };
}

function sessionKey(request: RouteRequest): string {
  return `${request.kind}\n${request.session}`;
}

function contestKey(
  request: RouteRequest,
  options: { cluster: string; preference: Preference },
): string {
  return `${request.kind}\n${request.model ?? ""}\n${options.cluster}\n${options.preference}`;
}
