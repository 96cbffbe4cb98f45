/**
 * What a node does when nobody tells it anything.
 *
 * @module
 */

import type { EngineName } from "../core/engine_name.ts";
import type { LogLevel } from "../core/logger.ts";
import type { Preference, RoutePolicy } from "../core/intent.ts";
import type { Route } from "../core/route.ts";

/** A backend as the file states it. */
export interface BackendSettings {
  /** The engine's name where absent. */
  id?: string | undefined;
  engine: EngineName;
  url?: string | undefined;
  apiKey?: string | undefined;
  apiKeyEnv?: string | undefined;
  apiKeyFile?: string | undefined;
  models?: string[] | undefined;
  tags: string[];
  enabled: boolean;
}

/** The configuration file's content, completed with the defaults that do not depend on the machine. */
export interface Settings {
  node: { name?: string | undefined };
  server: {
    host: string;
    port: number;
    allowedHosts: string[];
    allowedOrigins: string[];
    maxBodyBytes: number;
  };
  log: { level: LogLevel; format: "text" | "json"; directory?: string | undefined };
  embedding: {
    model: string;
    threads?: number | undefined;
    cacheEntries: number;
    warm: boolean;
  };
  discovery: {
    enabled: boolean;
    intervalSeconds: number;
    probeTimeoutMs: number;
    extraPorts: number[];
  };
  backends: BackendSettings[];
  routes: Route[];
  aliases: Record<string, string>;
  router: {
    preference: Preference;
    constants: Record<string, number>;
    policy: RoutePolicy;
  };
  timeouts: { firstByteMs: number; completeMs: number; idleMs: number; hedgeMs: number };
  memory: {
    databaseUrl?: string | undefined;
    databaseToken?: string | undefined;
    databaseTokenEnv?: string | undefined;
    databaseTokenFile?: string | undefined;
  };
}

/** The settings of an empty configuration file, as a fresh copy. */
export function defaultSettings(): Settings {
  return {
    node: {},
    server: {
      host: "127.0.0.1",
      port: 11451,
      allowedHosts: [],
      allowedOrigins: [],
      // Room for a few pictures or a minute of audio in one request.
      maxBodyBytes: 32 * 1024 * 1024,
    },
    log: { level: "info", format: "text" },
    embedding: { model: "all-minilm-l6-v2", cacheEntries: 20_000, warm: true },
    discovery: { enabled: true, intervalSeconds: 30, probeTimeoutMs: 250, extraPorts: [] },
    backends: [],
    routes: [],
    aliases: {},
    router: { preference: "balanced", constants: {}, policy: {} },
    timeouts: { firstByteMs: 120_000, completeMs: 600_000, idleMs: 120_000, hedgeMs: 1_000 },
    memory: {},
  };
}

/** Threads of the embedding engine: one core is left to the event loop, and past four little is gained. */
export function defaultThreads(cores: number = navigator.hardwareConcurrency): number {
  return Math.max(1, Math.min(4, cores - 1));
}

/** The node's name: the machine's host name without its domain, in the form that a name must have. */
export function defaultNodeName(hostname: string = Deno.hostname()): string {
  const name = (hostname.split(".")[0] ?? "")
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[-_]+|[-_]+$/g, "")
    .slice(0, 63);
  return name === "" ? "node" : name;
}
