/**
 * The router: explicit names, filter, meaning, cost and load, choice.
 *
 * @module
 */

import {
  type Alias,
  type Capability,
  type CapabilityKind,
  type Clock,
  createId,
  type Decision,
  type DecisionOutcome,
  idleLoad,
  isAuto,
  type Preference,
  type Refusal,
  type Rejection,
  type Route,
  type RouteMatch,
  type RouteRequest,
} from "../core/mod.ts";
import { SessionMemory } from "./affinity.ts";
import { CapabilityIndex, type IndexedCapability } from "./capability_index.ts";
import type { RouteClassifier, RouteScore } from "./classifier.ts";
import { type Constants, resolveConstants } from "./constants.ts";
import { describeIntent, explainCandidate } from "./explain.ts";
import { rejectionOf, type Requirements } from "./filter.ts";
import { LoadTracker, type WeighedLoad } from "./load_tracker.ts";
import { isOpen, type SourcedPolicy } from "./policy.ts";
import { nothingServes, unknownModel, wrongKind } from "./refusal.ts";
import { type IndexedRoute, RouteIndex } from "./route_index.ts";
import { Scorer, type ScoringContext } from "./scorer.ts";
import { AnchorModel, anchors } from "./anchor_model.ts";
import { intentClasses } from "./intent_classes.ts";
import { estimateIntent } from "./specialities.ts";
import { targetPositions } from "./target.ts";
import type { DecideContext, Router, RouterOptions, RouterSettings } from "./types.ts";

/** A router without capabilities. Throws `config_invalid` for mistakes in the constants. */
export function createRouter(options: RouterOptions): Router {
  return new SemanticRouter(options);
}

/** What a request leads to before anything is scored. */
interface Scope {
  readonly outcome: Exclude<DecisionOutcome, "refused" | "affinity">;
  /** Positions to look at; undefined: all. */
  readonly positions: readonly number[] | undefined;
  readonly route: Route | undefined;
  /** For a refusal's message. */
  readonly description: string;
}

class SemanticRouter implements Router {
  readonly load: LoadTracker;
  readonly #settings: RouterSettings;
  readonly #constants: Constants;
  readonly #clock: Clock;
  readonly #scorer = new Scorer();
  readonly #sessions: SessionMemory;
  readonly #winners: SessionMemory;
  readonly #ownerPolicy: readonly SourcedPolicy[];
  readonly #load: WeighedLoad = { ...idleLoad(), weighedTtfbMs: undefined };
  #index: CapabilityIndex;
  #routes = new RouteIndex([]);
  #aliases: readonly Alias[] = [];
  #classifier: RouteClassifier | undefined;
  #anchors: AnchorModel | undefined;

  constructor(options: RouterOptions) {
    this.#settings = options.settings;
    this.#clock = options.clock;
    this.#constants = resolveConstants(options.settings.constants);
    this.#index = new CapabilityIndex([], this.#constants);
    this.load = new LoadTracker({
      clock: options.clock,
      constants: this.#constants,
      ...(options.random === undefined ? {} : { random: options.random }),
    });
    const { affinitySessions, affinityMinutes } = this.#constants;
    this.#sessions = new SessionMemory({
      maxSessions: affinitySessions,
      maxAgeMs: affinityMinutes * 60_000,
    });
    this.#winners = new SessionMemory({ maxSessions: 1024, maxAgeMs: Infinity });
    const { policy } = options.settings;
    this.#ownerPolicy = isOpen(policy) ? [] : [{ policy, source: "the owner's policy" }];
  }

  setCapabilities(list: readonly IndexedCapability[]): void {
    this.#index = new CapabilityIndex(list, this.#constants);
    this.#index.names.setAliases(this.#aliases);
    this.load.retain(new Set(list.map(({ capability }) => capability.id)));
  }

  setRoutes(list: readonly IndexedRoute[]): void {
    this.#routes = new RouteIndex(list);
  }

  setAliases(aliases: readonly Alias[]): void {
    this.#aliases = aliases;
    this.#index.names.setAliases(aliases);
  }

  setIntentModel(model: RouteClassifier | undefined): void {
    this.#classifier = model;
  }

  anchorTexts(): string[] {
    return anchors.map(({ text }) => text);
  }

  setAnchors(vectors: readonly Float32Array[]): void {
    this.#anchors = new AnchorModel(vectors);
  }

  needsMeaning(request: RouteRequest): boolean {
    if (!hasMeaning(request.kind) || request.intent.trim() === "") return false;
    if (isAuto(request.model)) {
      return this.#index.capabilities.length > 1 || this.#routes.routes.length > 0;
    }
    const name = this.#index.names.resolveAlias(request.model!);
    if (this.#index.names.find(name) !== undefined) return false;
    const route = this.#routes.find(name);
    return route !== undefined && targetPositions(route.target, this.#index).length > 1;
  }

  served(request: RouteRequest, capability: string): void {
    if (request.session !== undefined) {
      this.#sessions.set(sessionKey(request), capability, this.#clock.monotonic());
    }
  }

  decide(request: RouteRequest, context: DecideContext = {}): Decision {
    const startMs = this.#clock.monotonic();
    const explain = context.explain ?? false;
    const vector = context.vector;
    const rejected: Rejection[] = [];
    const named = isAuto(request.model) ? undefined : this.#explicit(request);
    const match = named === undefined ? this.#matchRoute(request, vector) : undefined;
    const finish = (
      part: Pick<Decision, "outcome" | "candidates"> & { refusal?: Refusal },
    ): Decision => ({
      id: createId("dec", this.#clock.now()),
      request,
      rejected,
      ...(match === undefined ? {} : { route: match }),
      embedding: context.embedding ??
        (vector === undefined && this.needsMeaning(request) ? "unavailable" : "none"),
      embedMs: context.embedMs ?? 0,
      decideMs: this.#clock.monotonic() - startMs,
      ...part,
    });
    if (named !== undefined && "code" in named) {
      return finish({ outcome: "refused", candidates: [], refusal: named });
    }
    const scope = named ?? this.#scopeByMeaning(match);
    let requirements = this.#requirements(request, scope.route);
    let positions = this.#eligible(scope, requirements, rejected);
    let outcome = scope.outcome;
    let served: Scope = scope;
    if (positions.length === 0 && outcome === "route") {
      // The route's constraints still hold; only where it leads is not to be had.
      served = { ...scope, outcome: "meaning", positions: undefined, description: "" };
      outcome = "meaning";
      requirements = this.#requirements(request, scope.route);
      positions = this.#eligible(served, requirements, rejected);
    }
    if (positions.length === 0) {
      const refusal = nothingServes(request, {
        rejected,
        capabilities: this.#index.capabilities,
        scope: served.description,
      });
      return finish({ outcome: "refused", candidates: [], refusal });
    }
    const scoring = this.#scoring(request, { scope: served, requirements, vector });
    const ranked = this.#rank(positions, scoring, explain);
    const intent = describeIntent(scoring);
    const candidates = ranked.map((position) =>
      explainCandidate(position, { scorer: this.#scorer, context: scoring, intent })
    );
    if (!explain) {
      rejected.length = 0;
      this.#remember(request, scoring, candidates[0]!.capability);
    }
    const stays = outcome === "meaning" && this.#decidedByAffinity(candidates, scoring);
    return finish({ outcome: stays ? "affinity" : outcome, candidates });
  }

  /** What a written name leads to, or why it leads nowhere. */
  #explicit(request: RouteRequest): Scope | Refusal {
    const { names, capabilities } = this.#index;
    const wanted = request.model!;
    const name = names.resolveAlias(wanted);
    const positions = names.find(name);
    if (positions !== undefined) {
      const scope: Scope = {
        outcome: "explicit",
        positions,
        route: undefined,
        description: `named "${wanted}"`,
      };
      const kinds = new Set(positions.map((position) => capabilities[position]!.kind));
      const fits = positions.some((position) => servesKind(capabilities[position]!, request.kind));
      return fits ? scope : wrongKind(wanted, kinds, request);
    }
    const route = this.#routes.find(name);
    if (route !== undefined) {
      return {
        outcome: "explicit",
        positions: targetPositions(route.target, this.#index),
        route,
        description: `that the route "${route.name}" leads to`,
      };
    }
    const known = [...names.names, ...this.#routes.routes.map((r) => r.name)];
    return unknownModel(wanted, { names: known, capabilities });
  }

  #matchRoute(request: RouteRequest, vector: Float32Array | undefined): RouteMatch | undefined {
    if (this.#routes.routes.length === 0 || !hasMeaning(request.kind)) return undefined;
    let best: RouteScore | undefined;
    if (this.#classifier !== undefined) {
      best = this.#classifier.classify(request.intent, vector)[0];
    } else if (vector !== undefined) {
      best = this.#routes.nearest(vector, this.#constants);
    }
    if (best === undefined) return undefined;
    const route = this.#routes.find(best.route);
    if (route === undefined) return undefined;
    return {
      name: route.name,
      score: best.score,
      threshold: route.threshold ?? this.#constants.routeThreshold,
      evidence: best.evidence,
    };
  }

  #scopeByMeaning(match: RouteMatch | undefined): Scope {
    const all: Scope = {
      outcome: "meaning",
      positions: undefined,
      route: undefined,
      description: "",
    };
    if (match === undefined || match.score < match.threshold) return all;
    const route = this.#routes.find(match.name)!;
    return {
      outcome: "route",
      positions: targetPositions(route.target, this.#index),
      route,
      description: `that the route "${route.name}" leads to`,
    };
  }

  #requirements(request: RouteRequest, route: Route | undefined): Requirements {
    const policies = [...this.#ownerPolicy];
    if (route?.policy !== undefined) {
      policies.push({ policy: route.policy, source: `the route "${route.name}"` });
    }
    if (!isOpen(request.policy)) policies.push({ policy: request.policy, source: "the request" });
    const features = route?.required === undefined
      ? [request.required]
      : [request.required, route.required];
    return { kind: request.kind, features, policies };
  }

  /** Positions that pass the filter; those in poor health only when there are no others. */
  #eligible(scope: Scope, requirements: Requirements, rejected: Rejection[]): number[] {
    const { capabilities } = this.#index;
    const healthy: number[] = [];
    const ailing: number[] = [];
    const visit = (position: number): void => {
      const capability = capabilities[position]!;
      this.load.read(capability.id, this.#load);
      const failure = rejectionOf(capability, requirements, this.#load);
      if (failure !== undefined) {
        rejected.push({ capability: capability.id, name: capability.name, ...failure });
      } else if (this.load.admits(capability.id)) healthy.push(position);
      else ailing.push(position);
    };
    if (scope.positions === undefined) {
      for (let position = 0; position < capabilities.length; position++) visit(position);
    } else {
      for (const position of scope.positions) visit(position);
    }
    if (healthy.length === 0) return ailing;
    for (const position of ailing) {
      const { id, name } = capabilities[position]!;
      const seconds = Math.ceil(this.load.retryInMs(id) / 1000);
      rejected.push({
        capability: id,
        name,
        filter: "health",
        reason: `${name} failed repeatedly, it is tried again in ${seconds} s`,
      });
    }
    return healthy;
  }

  #scoring(
    request: RouteRequest,
    options: { scope: Scope; requirements: Requirements; vector: Float32Array | undefined },
  ): ScoringContext {
    const { scope, requirements, vector } = options;
    const index = this.#index;
    const byMeaning = hasMeaning(request.kind) && (scope.outcome !== "explicit" ||
      (scope.route !== undefined && scope.positions!.length > 1));
    const cosines = byMeaning && index.vectors.comparable(vector)
      ? index.vectors.dotAll(vector)
      : undefined;
    const estimate = byMeaning && weighsSpecialities(request.kind)
      ? estimateIntent(request.intent, {
        vector,
        model: this.#anchors,
        constants: this.#constants,
        hasImage: request.required.vision === true,
        hasTools: request.required.tools === true,
      })
      : undefined;
    const preference = request.preference ?? this.#settings.preference;
    const nowMs = this.#clock.monotonic();
    const top = estimate === undefined ? "" : topClass(estimate.probabilities);
    return {
      index,
      load: this.load,
      constants: this.#constants,
      preference,
      required: requirements.features,
      estimate,
      cosines,
      sessionCapability: request.session === undefined
        ? undefined
        : this.#sessions.get(sessionKey(request), nowMs),
      lastWinner: this.#winners.get(winnerKey(request.kind, top, preference), nowMs),
      live: request.kind !== "llm/embed",
      experience: () => 1,
    };
  }

  /** Best first; ties by id, so that the order of the capabilities does not matter. */
  #rank(positions: readonly number[], scoring: ScoringContext, all: boolean): number[] {
    const { order } = this.#index;
    const scores = new Map<number, number>();
    for (const position of positions) scores.set(position, this.#scorer.score(position, scoring));
    const ranked = [...positions].sort((a, b) =>
      scores.get(b)! - scores.get(a)! || order[a]! - order[b]!
    );
    const kept = scoring.live ? ranked : this.#sameSpace(ranked);
    return all ? kept : kept.slice(0, this.#constants.candidateCount);
  }

  /** Vectors of another model are of another space: no failover from one to the other. */
  #sameSpace(ranked: readonly number[]): number[] {
    const { capabilities } = this.#index;
    const embedded = ranked.find((p) => capabilities[p]!.locality === "embedded");
    const { name } = capabilities[embedded ?? ranked[0]!]!;
    return ranked.filter((p) => capabilities[p]!.name === name);
  }

  #remember(request: RouteRequest, scoring: ScoringContext, winner: Capability): void {
    const nowMs = this.#clock.monotonic();
    if (request.session !== undefined) {
      this.#sessions.set(sessionKey(request), winner.id, nowMs);
    }
    if (!scoring.live) return;
    const top = scoring.estimate === undefined ? "" : topClass(scoring.estimate.probabilities);
    this.#winners.set(winnerKey(request.kind, top, scoring.preference), winner.id, nowMs);
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

function servesKind(capability: Capability, kind: CapabilityKind): boolean {
  return rejectionOf(capability, { kind, features: [], policies: [] }, neutralLoad)?.filter !==
    "kind";
}

const neutralLoad: WeighedLoad = { ...idleLoad(), weighedTtfbMs: undefined };

/** Whether the text of a request of this kind says what is wanted, rather than being material. */
function hasMeaning(kind: CapabilityKind): boolean {
  return kind !== "llm/embed" && kind !== "llm/rerank" && !kind.startsWith("audio/");
}

function weighsSpecialities(kind: CapabilityKind): boolean {
  return kind === "llm/chat" || kind === "vision/analyze";
}

function topClass(probabilities: Float64Array): string {
  let best = 0;
  for (let k = 1; k < probabilities.length; k++) {
    if (probabilities[k]! > probabilities[best]!) best = k;
  }
  return intentClasses[best]!;
}

function sessionKey(request: RouteRequest): string {
  return `${request.kind}\n${request.session}`;
}

function winnerKey(kind: CapabilityKind, top: string, preference: Preference): string {
  return `${kind}\n${top}\n${preference}`;
}
