/**
 * The frozen result of configuration: flags over environment over file over defaults.
 *
 * @module
 */

import type { Alias, LogLevel, Preference, Route, RoutePolicy, Secret } from "../core/mod.ts";

/** Engines that a backend can be configured with. */
export type EngineName =
  | "ollama"
  | "llama.cpp"
  | "vllm"
  | "lmstudio"
  | "localai"
  | "jan"
  | "sglang"
  | "koboldcpp"
  | "llamafarm"
  | "openai-compatible"
  | "openai"
  | "anthropic"
  | "openrouter"
  | "groq"
  | "mistral"
  | "deepseek"
  | "together"
  | "gemini";

/** A model server or API from the file or the environment. */
export interface BackendConfig {
  /** Unique on this node; letters, digits, `.`, `_`, `-`. */
  readonly id: string;
  readonly engine: EngineName;
  /** Base URL; the engine's usual one where absent. */
  readonly url?: string;
  readonly apiKey?: Secret;
  /** Only these models (exact names or `*` globs); all where absent. */
  readonly models?: readonly string[];
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly source: "configured" | "environment";
}

/** What the router can be told; its own table gives each constant's unit and reason. */
export interface RouterConfig {
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
  readonly dataDir: string;
  readonly logDir: string;
  /** The configuration file that was read; undefined when there is none. */
  readonly file: string | undefined;
  readonly node: { readonly name: string };
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly allowedHosts: readonly string[];
    readonly allowedOrigins: readonly string[];
    readonly maxBodyBytes: number;
  };
  readonly log: { readonly level: LogLevel; readonly format: "text" | "json" };
  /** Overrides the token file, from `ATMOSPHERE_TOKEN`. */
  readonly token: Secret | undefined;
  readonly embedding: {
    readonly model: string;
    /** Threads of the engine. */
    readonly threads: number;
    /** Vectors kept in memory. */
    readonly cacheEntries: number;
    /** Whether `serve` loads the model in the background once it is ready. */
    readonly warm: boolean;
  };
  readonly discovery: {
    readonly enabled: boolean;
    readonly intervalSeconds: number;
    /** Longest wait for one port, in milliseconds. */
    readonly probeTimeoutMs: number;
    /** Loopback ports to probe beside the engines' usual ones. */
    readonly extraPorts: readonly number[];
  };
  readonly backends: readonly BackendConfig[];
  readonly routes: readonly Route[];
  readonly aliases: readonly Alias[];
  readonly router: RouterConfig;
  readonly timeouts: TimeoutsConfig;
  readonly memory: {
    /** libSQL address; the file `atmosphere.db` in the data directory where undefined. */
    readonly databaseUrl: string | undefined;
    readonly databaseToken: Secret | undefined;
  };
}
