/**
 * What can be done somewhere: the unit that the router chooses between.
 *
 * @module
 */

/** The kind of a capability; the part before the slash is its modality. */
export type CapabilityKind =
  | "llm/chat"
  | "llm/embed"
  | "llm/rerank"
  | "vision/analyze"
  | "vision/generate"
  | "audio/transcribe"
  | "audio/generate"
  | "memory/search"
  | "code/search"
  | `tool/${string}`
  | `agent/${string}`
  | `sensor/${string}`
  | `iot/${string}`;

/** What a model is good at; each is a score from 0 (no better than any) to 1 (made for it). */
export type Speciality =
  | "code"
  | "maths"
  | "reasoning"
  | "vision"
  | "multilingual"
  | "writing"
  | "summarising"
  | "roleplay"
  | "tools"
  | "medical"
  | "legal"
  | "quick";

/** What the model or engine supports; an absent value is unknown, not "no". */
export interface CapabilityFeatures {
  /** Context window in tokens. */
  readonly contextTokens?: number;
  /** Most tokens of one answer. */
  readonly maxOutputTokens?: number;
  /** Tool (function) calling. */
  readonly tools?: boolean;
  /** Images as input. */
  readonly vision?: boolean;
  /** Audio as input. */
  readonly audio?: boolean;
  /** Output constrained to a JSON schema. */
  readonly json?: boolean;
  /** Emits a reasoning trace before the answer. */
  readonly reasoning?: boolean;
  /** Length of an embedding vector. */
  readonly dimensions?: number;
}

/** What is known of a model from its name and the maintained data file of model families. */
export interface ModelProfile {
  /** Family by its usual name, such as `llama-3.1` or `qwen2.5-coder`. */
  readonly family: string;
  /** Parameters in billions; active ones for a mixture of experts in `activeB`. */
  readonly parametersB?: number;
  /** Active parameters in billions, for mixtures of experts. */
  readonly activeB?: number;
  /** Quantisation as the engine names it, such as `Q4_K_M`. */
  readonly quantization?: string;
  /** Strengths, 0 to 1. */
  readonly specialities: Readonly<Partial<Record<Speciality, number>>>;
  /** Answer quality, 1 (tiny) to 5 (frontier). */
  readonly qualityTier: number;
}

/** Price of a capability; local ones cost nothing. */
export interface CapabilityCost {
  /** US dollars for a million input tokens. */
  readonly inputPerMTok: number;
  /** US dollars for a million output tokens. */
  readonly outputPerMTok: number;
  /**
   * True where the price is unknown: the figures are then a cautious assumption for the router, and
   * must not be shown as a price.
   */
  readonly assumed?: true;
}

/** Where a capability runs, seen from this node. */
export type Locality = "embedded" | "machine" | "network" | "mesh" | "cloud";

/** One thing that can be done somewhere. Immutable; what changes by the second is in `CapabilityLoad`. */
export interface Capability {
  /** Unique in the mesh and stable across restarts: `NODE/BACKEND/KIND/NAME`. */
  readonly id: string;
  /** Peer id of the node that has it. */
  readonly node: string;
  /** Display name of that node. */
  readonly nodeName: string;
  /** Id of the backend behind it, such as `ollama`. */
  readonly backend: string;
  /** Engine behind it, such as `ollama` or `llama.cpp`. */
  readonly engine: string;
  /** What it does. */
  readonly kind: CapabilityKind;
  /** The name that callers use, such as `llama3.2:3b`. */
  readonly name: string;
  /** What the backend itself calls it; sent upstream. */
  readonly upstreamName: string;
  /** One or two sentences on what it is good for; the router embeds it. */
  readonly description: string;
  /** Example utterances; each is embedded for the router. */
  readonly examples: readonly string[];
  /** Free labels: topics, regions, what a policy may name. */
  readonly tags: readonly string[];
  /** What it supports. */
  readonly features: CapabilityFeatures;
  /** What is known of the model behind it. */
  readonly profile?: ModelProfile;
  /** Its price. */
  readonly cost: CapabilityCost;
  /** Where it runs, seen from this node. */
  readonly locality: Locality;
}

/** The live state of a capability, kept by the node that calls it. */
export interface CapabilityLoad {
  /** Requests under way. */
  inFlight: number;
  /** Requests that wait at the backend, where it tells. */
  queueDepth: number;
  /** EWMA of the time to the first byte, in milliseconds; undefined before the first request. */
  ttfbMs: number | undefined;
  /** EWMA of output speed, in tokens a second; undefined before the first request. */
  tokensPerSecond: number | undefined;
  /** EWMA of failures, 0 to 1. */
  failureRate: number;
  /** Whether the model is in memory, where the engine tells. */
  loaded: boolean | undefined;
  /** State of the circuit breaker. */
  circuit: "closed" | "open" | "half-open";
}

/** The load of a capability that nothing is known of. */
export function idleLoad(): CapabilityLoad {
  return {
    inFlight: 0,
    queueDepth: 0,
    ttfbMs: undefined,
    tokensPerSecond: undefined,
    failureRate: 0,
    loaded: undefined,
    circuit: "closed",
  };
}

/** The id of a capability from its parts. */
export function capabilityId(
  parts: { node: string; backend: string; kind: CapabilityKind; name: string },
): string {
  return `${parts.node}/${parts.backend}/${parts.kind}/${parts.name}`;
}
