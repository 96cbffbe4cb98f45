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
  /** Unique on the node. */
  readonly id: string;
  /** Engine behind it. */
  readonly engine: string;
  /** Address without credentials. */
  readonly address: string;
  /** Where it is, seen from the node. */
  readonly locality: Locality;
  /** How the node learnt of it. */
  readonly source: "configured" | "environment" | "discovered" | "embedded";
  /** Whether it answers. */
  readonly state: "up" | "down" | "unknown";
  /** Version that it states. */
  readonly version?: string;
  /** How long it took to answer, in milliseconds. */
  readonly latencyMs?: number;
  /** Why it is down. */
  readonly reason?: string;
  /** Number of its models. */
  readonly models: number;
}

/** A node and its state. */
export interface NodeStatus {
  /** libp2p peer id. */
  readonly id: string;
  /** Display name. */
  readonly name: string;
  /** Version of Atmosphere. */
  readonly version: string;
  /** Where it listens; undefined when no node runs and the data directory answered. */
  readonly url?: string;
  /** Whether a node listens. */
  readonly running: boolean;
  /** Process id of the running node. */
  readonly pid?: number;
  /** ISO 8601 in UTC. */
  readonly startedAt?: string;
  /** Seconds since the start. */
  readonly uptimeSeconds?: number;
  /** Path of the data directory. */
  readonly dataDir: string;
  /** The embedding engine and its state. */
  readonly embedder: EmbedderModel & { readonly state: string; readonly failure?: string };
  /** Every backend. */
  readonly backends: readonly BackendStatus[];
  /** Number of capabilities. */
  readonly capabilities: number;
  /** Requests since the start. */
  readonly requests: {
    readonly total: number;
    readonly failed: number;
    readonly inFlight: number;
  };
  /** Memory of the process. */
  readonly memory: { readonly rssBytes: number };
}

/** A capability with its live state. */
export interface CapabilityView extends Capability {
  /** Its live state. */
  readonly load: CapabilityLoad;
}

/** A question to the router. */
export interface RouteQuery {
  /** What is wanted, in words. */
  readonly intent: string;
  /**
   * What is asked for. Where absent, a chat model, unless a matching route leads to something of
   * another kind, or the text asks for what a memory keeps.
   */
  readonly kind?: CapabilityKind;
  /** Model, route or alias by name; by meaning where absent. */
  readonly model?: string;
  /** What must be supported. */
  readonly required?: RequiredFeatures;
  /** What is allowed. */
  readonly policy?: RoutePolicy;
  /** How quality weighs against cost. @default "balanced" */
  readonly preference?: Preference;
  /** Same for the turns of one conversation. */
  readonly session?: string;
  /** Whether to list every candidate and rejection. @default false */
  readonly explain?: boolean;
}

/** Embeddings of texts, with the space that they are in. */
export interface EmbedAnswer {
  /** The model, and the length of its vectors. */
  readonly model: { readonly name: string; readonly dimensions: number };
  /** One vector a text, in order. */
  readonly vectors: readonly (readonly number[])[];
  /** Tokens read. */
  readonly tokens: number;
}

/** A chat answer as a stream of text, with who answers. */
export interface ChatStream extends AsyncIterable<string> {
  /** The capability that answers, by name. */
  readonly model: string;
  /** Id of the backend that answers. */
  readonly backend: string;
  /** Name of the node that answers. */
  readonly node: string;
  /** Id of the decision. */
  readonly decision: string;
}

/** What a node offers. Every method throws `AtmosphereError`, or the signal's reason. */
export interface NodeApi {
  /** The node and its state. */
  status(options?: { signal?: AbortSignal }): Promise<NodeStatus>;
  /** Every capability, or those of one kind. */
  capabilities(options?: {
    kind?: CapabilityKind;
    signal?: AbortSignal;
  }): Promise<CapabilityView[]>;
  /** What the router decides. */
  route(query: RouteQuery, options?: { signal?: AbortSignal }): Promise<Decision>;
  /** Vectors of texts. */
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
