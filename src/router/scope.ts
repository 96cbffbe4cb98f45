/**
 * Where to look for candidates: what a written name, a matching route or neither leads to.
 *
 * @module
 */

import {
  type CapabilityKind,
  type DecisionOutcome,
  isAuto,
  type Refusal,
  type Route,
  type RouteMatch,
  type RouteRequest,
  type RouteTarget,
} from "../core/mod.ts";
import type { CapabilityIndex } from "./capability_index.ts";
import { kindServes } from "./filter.ts";
import { recallCue } from "./recall.ts";
import { unknownModel, wrongKind } from "./refusal.ts";
import type { RouteIndex } from "./route_index.ts";

/** What a request leads to before anything is scored. */
export interface Scope {
  readonly outcome: Exclude<DecisionOutcome, "refused" | "affinity">;
  /** Positions to look at; undefined: all. */
  readonly positions: readonly number[] | undefined;
  /** The route whose constraints hold. */
  readonly route: Route | undefined;
  /** For a refusal's message; empty: everything. */
  readonly description: string;
}

const everything: Scope = {
  outcome: "meaning",
  positions: undefined,
  route: undefined,
  description: "",
};

/** What the name in a request leads to, or why it leads nowhere. */
export function explicitScope(
  request: RouteRequest,
  options: { index: CapabilityIndex; routes: RouteIndex },
): Scope | Refusal {
  const { index, routes } = options;
  const { names, capabilities } = index;
  const wanted = request.model ?? "";
  const name = names.resolveAlias(wanted);
  const positions = names.find(name);
  if (positions !== undefined) {
    if (positions.some((position) => kindServes(capabilities[position]!, request.kind))) {
      return {
        outcome: "explicit",
        positions,
        route: undefined,
        description: `named "${wanted}"`,
      };
    }
    const kinds = new Set(positions.map((position) => capabilities[position]!.kind));
    return wrongKind(wanted, kinds, request);
  }
  const route = routes.find(name);
  if (route !== undefined) return { ...routeScope(route, index), outcome: "explicit" };
  return unknownModel(wanted, {
    names: [...names.names, ...routes.routes.map((each) => each.name)],
    capabilities,
  });
}

/** Everything, or where the matching route leads. */
export function scopeByMeaning(
  match: RouteMatch | undefined,
  options: { index: CapabilityIndex; routes: RouteIndex },
): Scope {
  if (match === undefined || match.score < match.threshold) return everything;
  const route = options.routes.find(match.name);
  return route === undefined ? everything : routeScope(route, options.index);
}

/** A request whose kind was left open, once it is settled, and where it leads. */
interface Settled {
  readonly request: RouteRequest;
  readonly scope: Scope;
}

/**
 * Settles a kind that the caller left open: a route says what is wanted by its target, and without
 * one a text that asks for what was noted goes to the memories.
 */
export function settleKind(
  request: RouteRequest,
  { scope, index }: { scope: Scope; index: CapabilityIndex },
): Settled {
  if (request.isKindOpen !== true) return { request, scope };
  const serves = (position: number) => kindServes(index.capabilities[position]!, request.kind);
  if (scope.route !== undefined) {
    const positions = scope.positions ?? [];
    const kind = positions.some(serves) ? undefined : index.capabilities[positions[0]!]?.kind;
    if (kind === undefined) return { request, scope };
    const kindReason = `the route "${scope.route.name}" leads there`;
    return { request: { ...request, kind, kindReason }, scope };
  }
  const cue = scope.outcome === "meaning" ? recallCue(request.intent) : undefined;
  const kind = "memory/search";
  if (cue === undefined || !index.capabilities.some((each) => each.kind === kind)) {
    return { request, scope };
  }
  const kindReason = `"${cue}" asks for what was noted`;
  return { request: { ...request, kind, kindReason }, scope };
}

/** The scope once a route's target turned out not to be there: its constraints still hold. */
export function withoutTarget(scope: Scope): Scope {
  return { ...everything, route: scope.route };
}

function routeScope(route: Route, index: CapabilityIndex): Scope {
  return {
    outcome: "route",
    positions: targetPositions(route.target, index),
    route,
    description: `that the route "${route.name}" leads to`,
  };
}

/** Positions of the capabilities that `target` stands for, in the index's order. */
export function targetPositions(target: RouteTarget, index: CapabilityIndex): readonly number[] {
  if (target.model !== undefined) {
    return index.names.find(index.names.resolveAlias(target.model)) ?? [];
  }
  const { kind, tag, agent, tool, node } = target;
  const positions: number[] = [];
  index.capabilities.forEach((capability, position) => {
    const matches = kind !== undefined
      ? kindServes(capability, kind)
      : tag !== undefined
      ? capability.tags.includes(tag)
      : agent !== undefined
      ? capability.kind.startsWith("agent/") && capability.name === agent
      : tool !== undefined
      ? capability.kind.startsWith("tool/") && capability.name === tool
      : node !== undefined && (capability.node === node || capability.nodeName === node);
    if (matches) positions.push(position);
  });
  return positions;
}

/** Whether the text of a request of this kind says what is wanted, rather than being material. */
export function hasMeaning(kind: CapabilityKind): boolean {
  return kind !== "llm/embed" && kind !== "llm/rerank" && !kind.startsWith("audio/");
}

/** Whether models of this kind differ in what they are good at. */
export function weighsSpecialities(kind: CapabilityKind): boolean {
  return kind === "llm/chat" || kind === "vision/analyze";
}

/** Whether a decision on `request` gets better with the intent's vector. */
export function wantsVector(
  request: RouteRequest,
  options: { index: CapabilityIndex; routes: RouteIndex },
): boolean {
  const { index, routes } = options;
  if (!hasMeaning(request.kind)) return false;
  if (isAuto(request.model)) {
    return (index.capabilities.length > 1 || routes.routes.length > 0) && saysAnything(request);
  }
  const name = index.names.resolveAlias(request.model ?? "");
  if (index.names.find(name) !== undefined) return false;
  const route = routes.find(name);
  return route !== undefined && targetPositions(route.target, index).length > 1 &&
    saysAnything(request);
}

function saysAnything({ intent }: RouteRequest): boolean {
  return /\S/.test(intent);
}
