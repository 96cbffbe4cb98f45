/**
 * From a name that a caller wrote to what it names, by hash maps.
 *
 * @module
 */

import type { Alias, Capability } from "../core/mod.ts";

/** Aliases that may lead to aliases before it must be a loop. */
const maxAliasHops = 8;

/** Exact names first, then the same in lower case and without `:latest`. */
export class NameLookup {
  readonly #exact = new Map<string, number[]>();
  readonly #folded = new Map<string, number[]>();
  readonly #names = new Set<string>();
  #aliases = new Map<string, string>();

  /** Indexes `capabilities` by every way of naming them; the numbers found are their positions. */
  constructor(capabilities: readonly Capability[]) {
    capabilities.forEach((capability, position) => {
      const { name, upstreamName, backend, engine, node, nodeName, id } = capability;
      this.#names.add(name);
      const owners = new Set([backend, engine, node, nodeName]);
      const keys = new Set([name, id]);
      if (upstreamName !== name) keys.add(upstreamName);
      for (const owner of owners) keys.add(`${owner}/${name}`);
      for (const host of [node, nodeName]) keys.add(`${host}/${backend}/${name}`);
      for (const key of keys) {
        push(this.#exact, key, position);
        push(this.#folded, foldName(key), position);
      }
    });
  }

  /** Replaces the aliases. */
  setAliases(aliases: readonly Alias[]): void {
    this.#aliases = new Map(aliases.map(({ name, model }) => [name, model]));
  }

  /** Names and aliases that a caller may write, without their qualified forms. */
  get names(): Iterable<string> {
    return [...this.#names, ...this.#aliases.keys()];
  }

  /** What `name` stands for when it is an alias (also an alias of an alias), else `name` itself. */
  resolveAlias(name: string): string {
    let current = name;
    for (let hop = 0; hop < maxAliasHops; hop++) {
      const next = this.#aliases.get(current);
      if (next === undefined || next === current) return current;
      current = next;
    }
    return current;
  }

  /** Positions of what `name` names; undefined when nothing has this name. */
  find(name: string): readonly number[] | undefined {
    return this.#exact.get(name) ?? this.#folded.get(foldName(name));
  }
}

/** `NAME`, `name` and `name:latest` are the same. */
function foldName(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(":latest") ? lower.slice(0, -":latest".length) : lower;
}

function push(map: Map<string, number[]>, key: string, position: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [position]);
  else list.push(position);
}
