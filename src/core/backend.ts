/**
 * The port to a model server or API. One implementation an engine, in `backends/`.
 *
 * Requests and answers have OpenAI's shapes; an engine that speaks another protocol translates.
 *
 * @module
 */

import type { ByteSource } from "./byte_stream.ts";
import type {
  CapabilityCost,
  CapabilityFeatures,
  CapabilityKind,
  Locality,
  ModelProfile,
} from "./capability.ts";

/** What a backend can be asked for, by OpenAI's path. */
export type BackendOperation =
  | "chat/completions"
  | "completions"
  | "embeddings"
  | "responses"
  | "audio/transcriptions"
  | "audio/speech"
  | "images/generations"
  | "rerank";

/** One request to a backend. */
export interface BackendRequest {
  /** What is asked for. */
  readonly operation: BackendOperation;
  /** OpenAI-shaped body; its `model` is already the upstream's own name. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether a server-sent event stream is wanted. */
  readonly stream: boolean;
  /** Ends the upstream request when the caller goes away. */
  readonly signal: AbortSignal;
}

/** A backend's answer, its body unread. Status is 2xx or a 4xx that belongs to the caller. */
export interface BackendResponse {
  /** HTTP status. */
  readonly status: number;
  /**
   * `content-type` and what else belongs to the caller, by name in lower case; never hop-by-hop
   * headers or cookies.
   */
  readonly headers: ReadonlyMap<string, string>;
  /** OpenAI-shaped bytes: a JSON document, or server-sent events when a stream was asked for. */
  readonly body: ReadableStream<Uint8Array> | null;
  /**
   * The same bytes, where the backend has read and checked the whole of them already (every answer
   * that is not streamed). Whoever takes these need not touch `body`.
   */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  /** The same bytes as they come, where they are streamed. Whoever takes them must not touch `body`. */
  readonly source?: ByteSource;
}

/** A model as its backend lists it, completed from the data file of model families. */
export interface BackendModel {
  /** The name that callers use. */
  readonly name: string;
  /** The backend's own name for it. */
  readonly upstreamName: string;
  /** What the model does. */
  readonly kind: CapabilityKind;
  /** What it is good for, in a sentence or two. */
  readonly description: string;
  /** Example utterances. */
  readonly examples: readonly string[];
  /** Free labels. */
  readonly tags: readonly string[];
  /** What it supports. */
  readonly features: CapabilityFeatures;
  /** What is known of its family. */
  readonly profile?: ModelProfile;
  /** Its price. */
  readonly cost: CapabilityCost;
  /** Whether the model is in memory, where the engine tells. */
  readonly loaded?: boolean;
}

/** What a probe found. */
export type ProbeResult =
  | { readonly reachable: true; readonly version?: string; readonly latencyMs: number }
  | { readonly reachable: false; readonly reason: string };

/** A model server or API that this node can reach. */
export interface Backend extends AsyncDisposable {
  /** Unique on this node and stable, such as `ollama` or `openai`. */
  readonly id: string;
  /** Engine, such as `ollama`, `llama.cpp`, `vllm`, `anthropic`. */
  readonly engine: string;
  /** Address without credentials, for display; the embedded engine has `embedded:`. */
  readonly address: string;
  /** Where it runs, seen from this node. */
  readonly locality: Locality;
  /** Whether it came from configuration (never dropped when silent) or from discovery. */
  readonly source: "configured" | "environment" | "discovered" | "embedded";
  /** Whether it is there and of this engine. Never throws but for an aborted signal. */
  probe(options: { signal: AbortSignal }): Promise<ProbeResult>;
  /** Its models. Throws `BackendError` when it is unreachable or answers garbage. */
  listModels(options: { signal: AbortSignal }): Promise<BackendModel[]>;
  /**
   * Sends one request and resolves when the answer's head is there; for one that is not streamed,
   * when the whole of it is there and known to be of its type, so that another candidate can
   * still be asked when it is not.
   *
   * Throws `BackendError` for everything that another candidate might do better: transport
   * failures, 5xx, 429, 408, refused credentials, redirects, a content type that does not belong.
   */
  send(request: BackendRequest): Promise<BackendResponse>;
}
