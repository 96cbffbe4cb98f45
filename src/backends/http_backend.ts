/**
 * The backend port over HTTP, for every engine.
 *
 * @module
 */

import {
  type Backend,
  BackendError,
  type BackendModel,
  type BackendRequest,
  type BackendResponse,
  type Locality,
  type Logger,
  type ProbeResult,
  silentLogger,
} from "../core/mod.ts";
import { type Address, parseAddress } from "./address.ts";
import { checkAnswer } from "./answer.ts";
import { discard, isJson, mediaType, parseJson, readBytes } from "./body.ts";
import { completeModel, matchesAny } from "./complete_model.ts";
import type { BackendDefinition, BackendOptions } from "./definition.ts";
import type { Engine, EngineConnection, JsonRequestOptions } from "./engine.ts";
import { Transport } from "./transport.ts";

const defaultMaxResponseBytes = 64 * 1_024 * 1_024;
const maxListBytes = 8 * 1_024 * 1_024;
const defaultProbeTimeoutMs = 2_000;
const defaultListTimeoutMs = 10_000;

/** A model server or API at one address. */
export class HttpBackend implements Backend, EngineConnection {
  readonly id: string;
  readonly engine: string;
  readonly address: string;
  readonly locality: Locality;
  readonly source: Backend["source"];
  /** Base of the engine's own API. */
  readonly root: string;
  /** Base of its OpenAI-compatible API. */
  readonly api: string;
  readonly logger: Logger;
  readonly #engine: Engine;
  readonly #definition: BackendDefinition;
  readonly #options: BackendOptions;
  readonly #transport: Transport;
  readonly #headers: Readonly<Record<string, string>>;

  /** Makes a backend; it connects on first use. Throws `config_invalid` for a bad address. */
  constructor(
    parts: { readonly definition: BackendDefinition; readonly engine: Engine },
    options: BackendOptions = {},
  ) {
    const { definition, engine } = parts;
    const address = parseAddress(definition.url ?? engine.defaultUrl, engine);
    this.id = definition.id;
    this.engine = engine.name;
    this.address = address.display;
    this.locality = address.locality;
    this.source = definition.source;
    this.root = address.root;
    this.api = address.api;
    this.logger = options.logger ?? silentLogger;
    this.#engine = engine;
    this.#definition = definition;
    this.#options = options;
    this.#transport = new Transport(`backend:${definition.id}`);
    this.#headers = { ...engine.headers, ...authorization(parts, address) };
  }

  async probe(options: { signal: AbortSignal }): Promise<ProbeResult> {
    const { signal } = options;
    const startedMs = performance.now();
    const timeoutMs = this.#options.probeTimeoutMs ?? defaultProbeTimeoutMs;
    const timed = limited(signal, timeoutMs);
    try {
      const identity = await this.#engine.identify(this, timed.signal);
      if (identity === undefined) {
        return {
          reachable: false,
          reason: `${this.address} answers, but not as ${this.#engine.title}`,
        };
      }
      const latencyMs = performance.now() - startedMs;
      return {
        reachable: true,
        latencyMs,
        ...(identity.version === undefined ? {} : { version: identity.version }),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (timed.signal.aborted) {
        return { reachable: false, reason: `${this.address} is silent for ${timeoutMs} ms` };
      }
      if (error instanceof BackendError) return { reachable: false, reason: error.message };
      throw error;
    } finally {
      timed.clear();
    }
  }

  async listModels(options: { signal: AbortSignal }): Promise<BackendModel[]> {
    const { signal } = options;
    const listed = await this.#engine.list(this, signal);
    const { models } = this.#definition;
    return listed
      .filter((model) => models === undefined || matchesAny(model.alias ?? model.name, models))
      .map((model) => completeModel(model, { engine: this.#engine, definition: this.#definition }));
  }

  async send(request: BackendRequest): Promise<BackendResponse> {
    const { operation, signal, stream } = request;
    signal.throwIfAborted();
    if (!this.#engine.operations.has(operation)) {
      throw new BackendError("backend_failed", `${this.#engine.title} has no ${operation}`, {
        origin: `backend:${this.id}`,
      });
    }
    const exchange = async (
      target: {
        url: string;
        body: Readonly<Record<string, unknown>>;
        headers?: Readonly<Record<string, string>>;
      },
    ) => {
      const { headers, body } = encodeBody(target.body);
      const { firstByteMs } = this.#options;
      const response = await this.#transport.send({
        method: "POST",
        url: target.url,
        headers: {
          accept: stream ? "text/event-stream" : "application/json, */*;q=0.5",
          ...headers,
          ...this.#headers,
          ...target.headers,
        },
        body,
        signal,
        ...(firstByteMs === undefined ? {} : { headTimeoutMs: firstByteMs }),
      });
      return await checkAnswer(response, {
        id: this.id,
        url: target.url,
        operation,
        stream,
        signal,
        maxBytes: this.#options.maxResponseBytes ?? defaultMaxResponseBytes,
      });
    };
    if (this.#engine.send !== undefined) return await this.#engine.send(this, request, exchange);
    const body = (request.body.stream === true) === stream
      ? request.body
      : { ...request.body, stream };
    return await exchange({ url: `${this.api}/${operation}`, body });
  }

  async json(url: string, options: JsonRequestOptions): Promise<unknown> {
    const { signal, body } = options;
    const origin = `backend:${this.id}` as const;
    const limit = limited(signal, defaultListTimeoutMs);
    try {
      const response = await this.#transport.send({
        method: body === undefined ? "GET" : "POST",
        url,
        headers: {
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...this.#headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: limit.signal,
      });
      if (response.status !== 200) {
        await checkAnswer(response, {
          id: this.id,
          url,
          operation: "chat/completions",
          stream: false,
          signal: limit.signal,
          maxBytes: maxListBytes,
        });
        throw this.#notJson(response, `HTTP ${response.status}`);
      }
      if (!isJson(mediaType(response))) {
        await discard(response);
        throw this.#notJson(response, mediaType(response) || "a body of no content type");
      }
      const bytes = await readBytes(response, {
        origin,
        url,
        maxBytes: options.maxBytes ?? maxListBytes,
        signal: limit.signal,
      });
      const document = parseJson(bytes);
      if (document === undefined) throw this.#notJson(response, "a body that is no whole JSON");
      return document;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (limit.signal.aborted) {
        throw new BackendError(
          "backend_timeout",
          `${this.address} did not answer within ${defaultListTimeoutMs} ms`,
          { origin },
        );
      }
      throw error;
    } finally {
      limit.clear();
    }
  }

  #notJson(response: Response, what: string): BackendError {
    return new BackendError(
      "backend_invalid_response",
      `${this.address} answered with ${what.slice(0, 100)} where JSON was expected`,
      {
        origin: `backend:${this.id}`,
        upstreamStatus: response.status,
        hint: `Check that ${this.#engine.title} runs at this address`,
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}

function authorization(
  parts: { readonly definition: BackendDefinition; readonly engine: Engine },
  address: Address,
): Record<string, string> {
  const key = parts.definition.apiKey?.reveal();
  if (key !== undefined) {
    return parts.engine.authorize?.(key) ?? { authorization: `Bearer ${key}` };
  }
  return address.authorization === undefined ? {} : { authorization: address.authorization };
}

function encodeBody(
  body: Readonly<Record<string, unknown>>,
): { body: string | FormData; headers: Record<string, string> } {
  if (Object.values(body).some((value) => value instanceof Blob)) {
    const form = new FormData();
    for (const [key, value] of Object.entries(body)) {
      for (const item of Array.isArray(value) ? value : [value]) {
        if (item instanceof Blob) form.append(key, item);
        else if (item !== undefined && item !== null) {
          form.append(key, typeof item === "object" ? JSON.stringify(item) : String(item));
        }
      }
    }
    return { body: form, headers: {} };
  }
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** A signal that also ends after a time, and how to stop that clock. */
function limited(signal: AbortSignal, timeoutMs: number) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    clear: () => clearTimeout(timer),
  };
}
