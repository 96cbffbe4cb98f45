/**
 * Small implementations of what the server needs, for its tests. A file of tests by name so that it is
 * never published.
 */

import {
  type Capability,
  createLogger,
  type Decision,
  EventBus,
  type Gateway,
  type GatewayRequest,
  type GatewayResponse,
  idleLoad,
  type Logger,
  type NodeApi,
  type NodeStatus,
  type RouteQuery,
  Secret,
} from "../core/mod.ts";
import { type App, createApp } from "./app.ts";
import type { ServerDeps, ServerSettings } from "./deps.ts";

export const port = 11451;
export const base = `http://127.0.0.1:${port}`;
export const token = "atm_0123456789abcdef";

/** A capability with everything that a test does not care about filled in. */
export function capability(given: Partial<Capability> & { name: string }): Capability {
  const backend = given.backend ?? "ollama";
  const kind = given.kind ?? "llm/chat";
  return {
    id: `node1/${backend}/${kind}/${given.name}`,
    node: "node1",
    nodeName: "desk",
    backend,
    engine: backend,
    kind,
    upstreamName: given.name,
    description: `${given.name} is good at things`,
    examples: [],
    tags: [],
    features: {},
    cost: { inputPerMTok: 0, outputPerMTok: 0 },
    locality: "machine",
    ...given,
  };
}

export function decision(request: GatewayRequest["route"]): Decision {
  return {
    id: "dec_test",
    outcome: "explicit",
    request,
    candidates: [],
    rejected: [],
    embedding: "none",
    embedMs: 0,
    decideMs: 0.01,
  };
}

/** Answers of a gateway, easier to write down. */
export interface FakeAnswer {
  readonly status?: number;
  readonly contentType?: string;
  readonly headers?: Record<string, string>;
  readonly body?: ReadableStream<Uint8Array> | string | object | null;
  readonly capability?: Capability;
}

/** A gateway that remembers what it was asked and answers as told. */
export class FakeGateway implements Gateway {
  readonly requests: GatewayRequest[] = [];
  answer: (request: GatewayRequest) => FakeAnswer | Promise<FakeAnswer> = () => ({
    body: { id: "chatcmpl-1", object: "chat.completion", choices: [] },
  });

  async handle(request: GatewayRequest): Promise<GatewayResponse> {
    this.requests.push(request);
    const answer = await this.answer(request);
    const { body = null } = answer;
    return {
      status: answer.status ?? 200,
      headers: new Map(Object.entries({
        "content-type": answer.contentType ?? "application/json",
        ...answer.headers,
      })),
      body: body === null || body instanceof ReadableStream
        ? body
        : new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)),
      capability: answer.capability ?? capability({ name: "llama3.2:3b" }),
      decision: decision(request.route),
      attempts: 1,
    };
  }

  /** The request that was handled last. */
  get last(): GatewayRequest {
    const last = this.requests.at(-1);
    if (last === undefined) throw new Error("The gateway was not asked");
    return last;
  }
}

export class FakeNode implements NodeApi {
  capabilityList: Capability[] = [
    capability({ name: "llama3.2:3b" }),
    capability({ name: "Qwen/Qwen2.5-Coder:7b", backend: "vllm" }),
    capability({ name: "all-minilm-l6-v2", backend: "embedded", kind: "llm/embed" }),
  ];
  readonly queries: RouteQuery[] = [];
  refreshes = 0;

  status(): Promise<NodeStatus> {
    return Promise.resolve({
      id: "node1",
      name: "desk",
      version: "0.1.0",
      url: base,
      running: true,
      dataDir: "/home/u/.atmosphere",
      embedder: { name: "m", dtype: "q8", dimensions: 384, maxTokens: 256, state: "ready" },
      backends: [],
      capabilities: this.capabilityList.length,
      requests: { total: 0, failed: 0, inFlight: 0 },
      memory: { rssBytes: 1 },
    });
  }
  capabilities(options: { kind?: string } = {}) {
    return Promise.resolve(
      this.capabilityList
        .filter((c) => options.kind === undefined || c.kind === options.kind)
        .map((c) => ({ ...c, load: idleLoad() })),
    );
  }
  route(query: RouteQuery): Promise<Decision> {
    this.queries.push(query);
    return Promise.resolve(decision({ kind: "llm/chat", required: {}, policy: {}, ...query }));
  }
  embed(): never {
    throw new Error("unused");
  }
  chat(): never {
    throw new Error("unused");
  }
  refresh() {
    this.refreshes++;
    return Promise.resolve([]);
  }
}

/** An app over fakes, and the fakes. */
export interface Setup {
  readonly app: App;
  readonly node: FakeNode;
  readonly gateway: FakeGateway;
  readonly events: EventBus;
  /** Everything that was logged, in JSON lines. */
  readonly log: string[];
  /** Calls the app as a plain local client does; a path is completed. */
  readonly call: (path: string, init?: RequestInit) => Promise<Response>;
  /** `POST` of JSON. */
  readonly post: (path: string, body: unknown, init?: RequestInit) => Promise<Response>;
}

export function setUp(
  given: { settings?: Partial<ServerSettings> } & Partial<Omit<ServerDeps, "settings">> = {},
): Setup {
  const node = new FakeNode();
  const gateway = new FakeGateway();
  const events = new EventBus({ now: () => 0 });
  const log: string[] = [];
  const logger: Logger = createLogger({
    level: "debug",
    format: "json",
    write: (line) => log.push(line),
  });
  const app = createApp({
    node,
    gateway,
    events,
    logger,
    nodeId: "node1",
    version: "0.1.0",
    token: new Secret(token),
    ready: () => true,
    assets: () => undefined,
    ...given,
    settings: {
      host: "127.0.0.1",
      port: () => port,
      allowedHosts: [],
      allowedOrigins: [],
      maxBodyBytes: 1 << 20,
      ...given.settings,
    },
  });
  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, base);
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", url.host);
    return await app.fetch(new Request(url, { ...init, headers }));
  }
  return {
    app,
    node,
    gateway,
    events,
    log,
    call,
    post: (path, body, init = {}) =>
      call(path, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...init,
        headers: { "content-type": "application/json", ...init.headers as Record<string, string> },
      }),
  };
}

export const userMessage = { role: "user", content: "Write a function that parses dates, please" };
