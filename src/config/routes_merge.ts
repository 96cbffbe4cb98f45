/**
 * Labelled texts as routes.
 *
 * @module
 */

import type { Route, RouteTarget } from "../core/route.ts";

/** A text with the name that somebody gave to what it wants. */
export interface LabelledUtterance {
  readonly text: string;
  readonly label: string;
}

/** What {@linkcode mergeUtterances} made. */
export interface MergedRoutes {
  readonly routes: readonly Route[];
  readonly outOfScope: readonly string[];
  /** Texts that are new to their routes. */
  readonly added: number;
  /** Texts that were there already, or twice. */
  readonly known: number;
  /** Texts that another route has; they are left out. */
  readonly conflicting: readonly LabelledUtterance[];
}

const longestName = 128;

/** A label as the name of a route: what a name can't have becomes `_`. */
export function routeNameOf(label: string): string {
  const name = label.trim().replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^[._-]+|[._-]+$/g, "");
  return name === "" ? `route-${shortHash(label)}` : name.slice(0, longestName);
}

/** Tells labels apart that have no letter in common with a name (FNV-1a, 32 bits). */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

/**
 * Adds labelled texts to routes. A label that is no route's name becomes a route to `target`; texts
 * with the label `foreign` are out of scope. `elsewhere` names the routes whose utterances are taken.
 */
export function mergeUtterances(
  utterances: readonly LabelledUtterance[],
  options: {
    readonly routes: readonly Route[];
    readonly outOfScope: readonly string[];
    readonly elsewhere: readonly Route[];
    readonly target: RouteTarget;
    readonly foreign: string;
  },
): MergedRoutes {
  const owners = new Map<string, string>();
  for (const route of [...options.elsewhere, ...options.routes]) {
    for (const text of route.utterances) owners.set(text.trim().toLowerCase(), route.name);
  }
  const texts = new Map(options.routes.map((route) => [route.name, [...route.utterances]]));
  const foreign = new Set(options.outOfScope);
  const conflicting: LabelledUtterance[] = [];
  let added = 0;
  let known = 0;
  for (const { text, label } of utterances) {
    const key = text.trim().toLowerCase();
    if (label === options.foreign) {
      if (foreign.has(text)) known++;
      else added++;
      foreign.add(text);
      continue;
    }
    const name = routeNameOf(label);
    const owner = owners.get(key);
    if (owner === name) known++;
    else if (owner !== undefined) conflicting.push({ text, label });
    else {
      owners.set(key, name);
      const own = texts.get(name) ?? [];
      own.push(text);
      texts.set(name, own);
      added++;
    }
  }
  const before = new Map(options.routes.map((route) => [route.name, route]));
  return {
    routes: [...texts].map(([name, own]) => ({
      ...(before.get(name) ?? { name, target: options.target }),
      utterances: own,
    })),
    outOfScope: [...foreign],
    added,
    known,
    conflicting,
  };
}
