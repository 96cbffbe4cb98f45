/**
 * A node in this process: the rooms put together, without a listener.
 *
 * @module
 */

import type {
  BackendStatus,
  CapabilityKind,
  CapabilityView,
  ChatStream,
  Decision,
  EmbedAnswer,
  Embedder,
  ExperienceView,
  Feedback,
  LearningApi,
  NodeApi,
  NodeStatus,
  RouteQuery,
  RouteRequest,
} from "../core/mod.ts";
import { AtmosphereError, version } from "../core/mod.ts";
import type { Config, Identity } from "../config/mod.ts";
import type { BackendRegistry } from "./backend_registry.ts";
import type { MemoryBackend } from "./memory_backend.ts";
import { chatText } from "./chat_text.ts";
import type { NodeGateway } from "./gateway.ts";
import type { LiveRoutes } from "./routes/live_routes.ts";
import type { RoutingService } from "./routing_service.ts";

/** The parts of a node; whoever made them disposes them. */
export interface NodeParts {
  readonly config: Config;
  readonly identity: Identity;
  readonly embedder: Embedder;
  readonly registry: BackendRegistry;
  readonly memoryBackend: MemoryBackend;
  readonly routing: RoutingService;
  readonly routes: LiveRoutes;
  readonly gateway: NodeGateway;
  readonly learning: LearningApi;
}

/** `NodeApi` and `LearningApi` over the parts of a node. */
export class Node implements NodeApi, LearningApi {
  readonly #parts: NodeParts;
  readonly #startedMs = Date.now();
  /** Where the node listens, once it does. */
  url: string | undefined;

  /** Does no I/O. */
  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  /** The libp2p peer id. */
  get id(): string {
    return this.#parts.identity.peerId;
  }

  status(): Promise<NodeStatus> {
    const { config, embedder, registry, gateway } = this.#parts;
    return Promise.resolve({
      id: this.id,
      name: config.node.name,
      version,
      ...(this.url === undefined ? {} : { url: this.url, pid: Deno.pid }),
      running: this.url !== undefined,
      startedAt: new Date(this.#startedMs).toISOString(),
      uptimeSeconds: Math.round((Date.now() - this.#startedMs) / 1000),
      dataDir: config.dataDir,
      embedder: {
        ...embedder.model,
        state: embedder.state,
        ...(embedder.failure === undefined ? {} : { failure: embedder.failure }),
      },
      backends: registry.status(),
      capabilities: registry.capabilities.length,
      requests: { ...gateway.counts, inFlight: this.#inFlight() },
      memory: { rssBytes: Deno.memoryUsage().rss },
    });
  }

  /** Requests that wait for an answer, or whose answer still streams: those the models are busy with. */
  #inFlight(): number {
    const { gateway, registry, routing } = this.#parts;
    const busy = registry.capabilities.reduce(
      (sum, { id }) => sum + routing.load.get(id).inFlight,
      0,
    );
    return Math.max(gateway.counts.inFlight, busy);
  }

  capabilities(options: { kind?: CapabilityKind } = {}): Promise<CapabilityView[]> {
    const { registry, routing } = this.#parts;
    return Promise.resolve(
      registry.capabilities
        .filter((capability) => options.kind === undefined || capability.kind === options.kind)
        .map((capability) => ({ ...capability, load: { ...routing.load.get(capability.id) } })),
    );
  }

  route(query: RouteQuery, options: { signal?: AbortSignal } = {}): Promise<Decision> {
    const request: RouteRequest = {
      kind: query.kind ?? "llm/chat",
      ...(query.kind === undefined ? { isKindOpen: true } : {}),
      ...(query.model === undefined ? {} : { model: query.model }),
      intent: query.intent,
      required: query.required ?? {},
      policy: query.policy ?? {},
      ...(query.preference === undefined ? {} : { preference: query.preference }),
      ...(query.session === undefined ? {} : { session: query.session }),
    };
    return this.#parts.routing.decide(request, { ...options, explain: query.explain ?? false });
  }

  async embed(
    texts: readonly string[],
    options: { model?: string; signal?: AbortSignal } = {},
  ): Promise<EmbedAnswer> {
    const answer = await this.#parts.gateway.handle({
      operation: "embeddings",
      route: {
        kind: "llm/embed",
        ...(options.model === undefined ? {} : { model: options.model }),
        intent: "",
        required: {},
        policy: {},
      },
      body: { input: texts },
      stream: false,
      signal: options.signal ?? new AbortController().signal,
    });
    return readEmbeddings(JSON.parse(await new Response(answer.body).text()), answer.status);
  }

  async chat(
    request: Parameters<NodeApi["chat"]>[0],
    options: { signal?: AbortSignal } = {},
  ): Promise<ChatStream> {
    const last = request.messages.findLast((message) => message.role === "user")?.content;
    const answer = await this.#parts.gateway.handle({
      operation: "chat/completions",
      route: {
        kind: "llm/chat",
        ...(request.model === undefined ? {} : { model: request.model }),
        intent: typeof last === "string" ? last : "",
        required: {},
        policy: request.policy ?? {},
        ...(request.preference === undefined ? {} : { preference: request.preference }),
      },
      body: { ...request.options, messages: request.messages, stream: true },
      stream: true,
      signal: options.signal ?? new AbortController().signal,
    });
    const { capability, decision, body, status } = answer;
    if (status >= 400 || !(body instanceof ReadableStream)) {
      throw await callerError(answer.body, {
        backend: capability.backend,
        model: capability.name,
      });
    }
    return {
      model: capability.name,
      backend: capability.backend,
      node: capability.nodeName,
      decision: decision.id,
      [Symbol.asyncIterator]: () => chatText(body),
    };
  }

  feedback(feedback: Feedback): Promise<void> {
    return this.#parts.learning.feedback(feedback);
  }

  experience(): Promise<ExperienceView[]> {
    return this.#parts.learning.experience();
  }

  forgetExperience(capability?: string): Promise<void> {
    return this.#parts.learning.forgetExperience(capability);
  }

  async refresh(): Promise<readonly BackendStatus[]> {
    await this.#parts.registry.refresh();
    return this.#parts.registry.status();
  }
}

/** Reads an OpenAI embeddings answer. Throws `backend_invalid_response` when it is none. */
export function readEmbeddings(answer: unknown, status: number): EmbedAnswer {
  const { data, model, usage, error } = answer as {
    data?: Array<{ embedding?: unknown }>;
    model?: unknown;
    usage?: { prompt_tokens?: unknown };
    error?: { message?: unknown };
  };
  if (status >= 400) {
    throw new AtmosphereError(
      "invalid_request",
      typeof error?.message === "string" ? error.message : "The backend refused the texts",
    );
  }
  const vectors = Array.isArray(data) ? data.map(({ embedding }) => embedding) : [];
  if (vectors.length === 0 || !vectors.every(isVector)) {
    throw new AtmosphereError("backend_invalid_response", "The answer holds no embeddings");
  }
  return {
    model: {
      name: typeof model === "string" ? model : "",
      dimensions: vectors[0]?.length ?? 0,
    },
    vectors,
    tokens: typeof usage?.prompt_tokens === "number" ? usage.prompt_tokens : 0,
  };
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((x) => typeof x === "number" && Number.isFinite(x));
}

async function callerError(
  body: BodyInit | null,
  who: { backend: string; model: string },
): Promise<AtmosphereError> {
  const text = await new Response(body).text();
  let message: unknown;
  try {
    message = JSON.parse(text).error?.message;
  } catch {
    // No JSON: the backend's own words can't be shown as they are.
  }
  return new AtmosphereError(
    "invalid_request",
    typeof message === "string"
      ? `${who.model} on ${who.backend} refused the request: ${message}`
      : `${who.model} on ${who.backend} refused the request`,
    { origin: `backend:${who.backend}` },
  );
}
