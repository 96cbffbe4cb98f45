/**
 * The frozen result of configuration: flags over environment over file over defaults.
 *
 * @module
 */

import type {
  Alias,
  EngineName,
  LogLevel,
  Preference,
  Route,
  RoutePolicy,
  Secret,
} from "../core/mod.ts";

/** A model server or API from the file or the environment. */
export interface BackendConfig {
  /** Unique on this node; letters, digits, `.`, `_`, `-`. */
  readonly id: string;
  /** The engine, which decides the protocol and the usual address. */
  readonly engine: EngineName;
  /** Base URL; the engine's usual one where absent. */
  readonly url?: string;
  /** Key that is sent with each request. */
  readonly apiKey?: Secret;
  /** Only these models (exact names or `*` globs); all where absent. */
  readonly models?: readonly string[];
  /** Labels that a policy or a route can name. */
  readonly tags: readonly string[];
  /** Whether it is used; a disabled one still keeps its id from the environment. */
  readonly enabled: boolean;
  /** Whether the file or the environment states it. */
  readonly source: "configured" | "environment";
}

/** What the router can be told; its own table gives each constant's unit and reason. */
export interface RouterConfig {
  /** How quality is weighed against cost and speed. */
  readonly preference: Preference;
  /** Overrides of the router's constants, by name. */
  readonly constants: Readonly<Record<string, number>>;
  /** Policy for every request; a request can only narrow it. */
  readonly policy: RoutePolicy;
}

/** Time limits of one request, in milliseconds. */
export interface TimeoutsConfig {
  /** To the first byte of a streamed answer. */
  readonly firstByteMs: number;
  /** To the whole of an answer that is not streamed. */
  readonly completeMs: number;
  /** Between two chunks of a stream. */
  readonly idleMs: number;
  /** Before a second candidate is asked beside a silent first one; 0 switches hedging off. */
  readonly hedgeMs: number;
}

/** Everything a node is told from outside. */
export interface Config {
  /** Absolute path of the data directory, which need not exist. */
  readonly dataDir: string;
  /** Absolute path of the directory of log files. */
  readonly logDir: string;
  /** The configuration file that was read; undefined when there is none. */
  readonly file: string | undefined;
  /** This node. */
  readonly node: { readonly name: string };
  /** The listener. */
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly allowedHosts: readonly string[];
    readonly allowedOrigins: readonly string[];
    readonly maxBodyBytes: number;
  };
  /** Diagnostics. */
  readonly log: { readonly level: LogLevel; readonly format: "text" | "json" };
  /** Overrides the token file, from `ATMOSPHERE_TOKEN`. */
  readonly token: Secret | undefined;
  /** The engine for sentence embeddings. */
  readonly embedding: {
    readonly model: string;
    /** Threads of the engine. */
    readonly threads: number;
    /** Vectors kept in memory. */
    readonly cacheEntries: number;
    /** Whether `serve` loads the model in the background once it is ready. */
    readonly warm: boolean;
  };
  /** The search for model servers on this machine. */
  readonly discovery: {
    readonly enabled: boolean;
    readonly intervalSeconds: number;
    /** Longest wait for one port, in milliseconds. */
    readonly probeTimeoutMs: number;
    /** Loopback ports to probe beside the engines' usual ones. */
    readonly extraPorts: readonly number[];
  };
  /** Backends of the file, then those that the environment implies; ids are unique. */
  readonly backends: readonly BackendConfig[];
  /** Named targets; names are unique. */
  readonly routes: readonly Route[];
  /** Other names for models. */
  readonly aliases: readonly Alias[];
  /** How requests are routed. */
  readonly router: RouterConfig;
  /** Time limits of one request. */
  readonly timeouts: TimeoutsConfig;
  /** The vector memory's database. */
  readonly memory: {
    /** libSQL address; the file `atmosphere.db` in the data directory where undefined. */
    readonly databaseUrl: string | undefined;
    readonly databaseToken: Secret | undefined;
  };
}
