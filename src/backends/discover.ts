/**
 * Finding the model servers of this machine: the usual loopback ports of every engine are asked
 * in parallel, and what answers is told apart by its answers.
 *
 * @module
 */

import { type Backend, type EngineName, type Logger, silentLogger } from "../core/mod.ts";
import { addressKey } from "./address.ts";
import { createBackend } from "./create_backend.ts";
import type { Engine } from "./engine.ts";
import { ENGINE_PROFILES } from "./engines.ts";
import { LoopbackProbe } from "./loopback_probe.ts";

/** Options of {@linkcode discover}. */
export interface DiscoverOptions {
  /** Longest wait for one port, in milliseconds. */
  readonly probeTimeoutMs: number;
  /** Loopback ports to ask beside the engines' usual ones; any engine is looked for there. */
  readonly extraPorts: readonly number[];
  /** Addresses that are known already, and this node's own; any spelling of loopback. */
  readonly skip: ReadonlySet<string>;
  /** Ends the search. */
  readonly signal: AbortSignal;
  /** Ports to ask in place of the engines' usual ones. */
  readonly ports?: readonly number[];
  /** Ids that are taken already. */
  readonly takenIds?: ReadonlySet<string>;
  /** Handed to the backends that are found. @default drops everything */
  readonly logger?: Logger;
}

// The engines that copy another one's API stand before the one that they copy.
const order: readonly EngineName[] = [
  "koboldcpp",
  "llamafarm",
  "lmstudio",
  "localai",
  "sglang",
  "llama.cpp",
  "ollama",
  "jan",
  "vllm",
  "openai-compatible",
];

function localEngines(): Engine[] {
  return order.map((name) => ENGINE_PROFILES[name]).filter((engine) => engine !== undefined);
}

/** The loopback ports that are asked where nothing else is said. */
export function usualPorts(): number[] {
  return [...new Set(localEngines().flatMap((engine) => engine.ports))];
}

interface Found {
  readonly engine: Engine;
  readonly url: string;
  readonly port: number;
}

async function identifyPort(port: number, options: DiscoverOptions): Promise<Found | undefined> {
  const expiry = new AbortController();
  const timer = setTimeout(() => expiry.abort(), options.probeTimeoutMs);
  const signal = AbortSignal.any([options.signal, expiry.signal]);
  const engines = localEngines();
  const usual = options.extraPorts.includes(port)
    ? engines
    : engines.filter((engine) => engine.ports.includes(port));
  try {
    // IPv4 first: a server that listens on both is counted once.
    for (const hostname of ["127.0.0.1", "[::1]"]) {
      if (signal.aborted) return undefined;
      const url = `http://${hostname}:${port}`;
      await using probe = new LoopbackProbe({ url, signal });
      const engine = await probe.recognise(engines, usual);
      if (engine !== undefined) return { engine, url, port };
      if (probe.answered) return undefined;
    }
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function uniqueId(found: Found, taken: Set<string>): string {
  const plain = found.engine.name;
  const usual = found.engine.ports[0] === found.port;
  const id = usual && !taken.has(plain) ? plain : `${plain}-${found.port}`;
  let unique = id;
  for (let count = 2; taken.has(unique); count++) unique = `${id}-${count}`;
  taken.add(unique);
  return unique;
}

/**
 * The model servers that listen on this machine's loopback and are not known yet. Nothing that
 * carries the mark of an Atmosphere node is among them. Takes one probe's time at most, however
 * many ports there are; throws the signal's reason only.
 */
export async function discover(options: DiscoverOptions): Promise<Backend[]> {
  options.signal.throwIfAborted();
  const known = new Set([...options.skip].map((address) => addressKey(address) ?? address));
  const ports = [...new Set([...options.ports ?? usualPorts(), ...options.extraPorts])]
    .filter((port) => !known.has(`loopback:${port}`));
  const found = await Promise.all(ports.map((port) => identifyPort(port, options)));
  options.signal.throwIfAborted();
  const taken = new Set(options.takenIds ?? []);
  const logger = options.logger ?? silentLogger;
  return found.filter((item) => item !== undefined).map((item) =>
    createBackend({
      id: uniqueId(item, taken),
      engine: item.engine.name,
      url: item.url,
      tags: [],
      enabled: true,
      source: "discovered",
    }, { logger })
  );
}
