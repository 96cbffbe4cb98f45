/**
 * What a node offers, whether it runs in this process or answers over HTTP.
 *
 * `app/` implements it twice: by the node itself, and by a client of a running node. The server's
 * native routes and the commands are written against it, so both give the same result.
 *
 * @module
 */

import type { Capability, CapabilityKind, CapabilityLoad, Locality } from "./capability.ts";
import type { Decision } from "./decision.ts";
import type { EmbedderModel } from "./embedder.ts";
import type { Preference, RequiredFeatures, RoutePolicy } from "./intent.ts";

/** A backend and its state. */
export interface BackendStatus {
  readonly id: string;
  readonly engine: string;
  readonly address: string;
  readonly locality: Locality;
  readonly source: "configured" | "environment" | "discovered" | "embedded";
  readonly state: "up" | "down" | "unknown";
  readonly version?: string;
  readonly latencyMs?: number;
  /** Why it is down. */
  readonly reason?: string;
  readonly models: number;
}

/** A node and its state. */
export interface NodeStatus {
  /** libp2p peer id. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Where it listens; undefined when no node runs and the data directory answered. */
  readonly url?: string;
  readonly running: boolean;
  /** Process id of the running node. */
  readonly pid?: number;
  readonly startedAt?: string;
  readonly uptimeSeconds?: number;
  readonly dataDir: string;
  readonly embedder: EmbedderModel & { readonly state: string; readonly failure?: string };
  readonly backends: readonly BackendStatus[];
  readonly capabilities: number;
  readonly requests: {
    readonly total: number;
    readonly failed: number;
    readonly inFlight: number;
  };
  readonly memory: { readonly rssBytes: number };
}

/** A capability with its live state. */
export interface CapabilityView extends Capability {
  readonly load: CapabilityLoad;
}

/** A question to the router. */
export interface RouteQuery {
  readonly intent: string;
  /** @default "llm/chat" */
  readonly kind?: CapabilityKind;
  readonly model?: string;
  readonly required?: RequiredFeatures;
  readonly policy?: RoutePolicy;
  readonly preference?: Preference;
  readonly session?: string;
  /** Whether to list every candidate and rejection. @default false */
  readonly explain?: boolean;
}

/** Embeddings of texts, with the space that they are in. */
export interface EmbedAnswer {
  readonly model: { readonly name: string; readonly dimensions: number };
  readonly vectors: readonly (readonly number[])[];
  readonly tokens: number;
}

/** A chat answer as a stream of text, with who answers. */
export interface ChatStream extends AsyncIterable<string> {
  /** The capability that answers, by name. */
  readonly model: string;
  readonly backend: string;
  readonly node: string;
  readonly decision: string;
}

/** What a node offers. Every method throws `AtmosphereError`, or the signal's reason. */
export interface NodeApi {
  status(options?: { signal?: AbortSignal }): Promise<NodeStatus>;
  capabilities(options?: {
    kind?: CapabilityKind;
    signal?: AbortSignal;
  }): Promise<CapabilityView[]>;
  route(query: RouteQuery, options?: { signal?: AbortSignal }): Promise<Decision>;
  embed(texts: readonly string[], options?: {
    model?: string;
    signal?: AbortSignal;
  }): Promise<EmbedAnswer>;
  /** Asks a chat model; `messages` have OpenAI's shape. */
  chat(request: {
    readonly messages: readonly Readonly<Record<string, unknown>>[];
    readonly model?: string;
    readonly policy?: RoutePolicy;
    readonly preference?: Preference;
    readonly options?: Readonly<Record<string, unknown>>;
  }, options?: { signal?: AbortSignal }): Promise<ChatStream>;
  /** Looks for backends again now and resolves when done. */
  refresh(options?: { signal?: AbortSignal }): Promise<readonly BackendStatus[]>;
}
