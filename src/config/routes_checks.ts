/**
 * What makes sense only when all routes are seen together.
 *
 * @module
 */

import type { Route } from "../core/route.ts";
import { type Mistake, pathText, showValue } from "./mistake.ts";

/** A route with where it stands in its file. */
export interface PlacedRoute {
  readonly route: Route;
  /** Where the route stands in its file's settings. */
  readonly path: readonly (string | number)[];
  /** `FILE:LINE:COLUMN` of a value below the route. */
  place(...rest: (string | number)[]): string;
}

/**
 * Mistakes of `routes`: a name twice, more or less than one target, nothing to recognise it by, an
 * utterance that another route has. `others` are routes from elsewhere that are right by themselves.
 */
export function checkRoutesTogether(
  routes: readonly PlacedRoute[],
  others: readonly Route[] = [],
): Mistake[] {
  const mistakes: Mistake[] = [];
  const names = new Map<string, string>();
  const owners = new Map<string, string>();
  for (const route of others) {
    names.set(route.name.toLowerCase(), route.source ?? "config.yaml");
    for (const utterance of route.utterances) owners.set(key(utterance), route.name);
  }
  for (const { route, path, place } of routes) {
    const bad = (rest: (string | number)[], value: unknown, expected: string) =>
      mistakes.push({
        path: pathText([...path, ...rest]),
        value: showValue(value, []),
        expected,
        source: place(...rest),
      });
    const first = names.get(route.name.toLowerCase());
    if (first === undefined) names.set(route.name.toLowerCase(), place("name"));
    else bad(["name"], route.name, `a name that no other route has (${first} has it)`);
    const ways = Object.values(route.target).filter((way) => way !== undefined);
    if (ways.length !== 1) {
      bad(["target"], route.target, "exactly one of model, kind, tag, agent, tool, node");
    }
    if (route.utterances.length === 0 && route.description === undefined) {
      bad(["utterances"], route.utterances, "at least one utterance, or a description");
    }
    for (const [index, utterance] of route.utterances.entries()) {
      const owner = owners.get(key(utterance));
      if (owner === undefined) owners.set(key(utterance), route.name);
      else if (owner !== route.name) {
        bad(["utterances", index], utterance, `an utterance that route ${owner} has not`);
      }
    }
  }
  return mistakes;
}

function key(utterance: string): string {
  return utterance.trim().toLowerCase();
}
