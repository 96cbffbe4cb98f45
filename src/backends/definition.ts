/**
 * What a backend is made from.
 *
 * @module
 */

import type { EngineName, Logger, Secret } from "../core/mod.ts";

/** A model server or API, as configuration or discovery describes it. */
export interface BackendDefinition {
  /** Unique on this node; letters, digits, `.`, `_`, `-`. */
  readonly id: string;
  /** What runs there. */
  readonly engine: EngineName;
  /** Base URL; the engine's usual one where absent. */
  readonly url?: string;
  /** Sent to this backend's address alone. */
  readonly apiKey?: Secret;
  /** Only these models (exact names or `*` globs); all where absent. */
  readonly models?: readonly string[];
  /** Free labels that each of its capabilities gets. */
  readonly tags: readonly string[];
  /** Whether the node uses it; `createBackend` makes it all the same. */
  readonly enabled: boolean;
  /** Where the definition comes from. */
  readonly source: "configured" | "environment" | "discovered";
}

/** Limits of a backend. */
export interface BackendOptions {
  /** @default drops everything */
  /** Takes what is skipped or goes wrong without being an error. */
  readonly logger?: Logger;
  /** Longest wait for a probe, in milliseconds. @default 2000 */
  readonly probeTimeoutMs?: number;
  /** Longest wait for the head of an answer, in milliseconds. @default none, the request's signal decides */
  readonly firstByteMs?: number;
  /** Most bytes of an answer that is not streamed. @default 67108864 */
  readonly maxResponseBytes?: number;
}
