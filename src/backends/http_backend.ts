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
import { parseAddress } from "./address.ts";
import { checkAnswer } from "./answer.ts";
import { completeModel, matchesAny } from "./complete_model.ts";
import { concealer, credentialHeaders } from "./credentials.ts";
import type { BackendDefinition, BackendOptions } from "./definition.ts";
import type { Engine, EngineConnection, ExchangeTarget, JsonRequestOptions } from "./engine.ts";
import { createTransport, type Transport } from "./http/transport.ts";
import { pathBelow, requestJson } from "./json_request.ts";
import { encodeForm, hasFile } from "./request_body.ts";

const defaultMaxResponseBytes = 64 * 1_024 * 1_024;
const defaultProbeTimeoutMs = 2_000;
const listTimeoutMs = 10_000;
const jsonType = { "content-type": "application/json" };

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
  readonly #base: string;
  readonly #engine: Engine;
  readonly #definition: BackendDefinition;
  readonly #options: BackendOptions;
  readonly #transport: Transport;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #wholeHeaders: Readonly<Record<string, string>>;
  readonly #streamHeaders: Readonly<Record<string, string>>;
  readonly #conceal: (text: string) => string;

  /** Makes a backend; it connects on first use. Throws `config_invalid` for a bad address or key. */
  constructor(
    parts: { readonly definition: BackendDefinition; readonly engine: Engine },
    options: BackendOptions = {},
  ) {
    const { definition, engine } = parts;
    const address = parseAddress(definition.url ?? engine.defaultUrl, engine);
    const credentials = credentialHeaders(parts, address);
    this.id = definition.id;
    this.engine = engine.name;
    this.address = address.display;
    this.locality = address.locality;
    this.source = definition.source;
    this.root = address.root;
    this.api = address.api;
    this.logger = options.logger ?? silentLogger;
    this.#base = address.base;
    this.#engine = engine;
    this.#definition = definition;
    this.#options = options;
    this.#transport = createTransport({ base: address.base, origin: `backend:${definition.id}` });
    this.#headers = { ...engine.headers, ...credentials };
    this.#wholeHeaders = { accept: "application/json, */*;q=0.5", ...jsonType, ...this.#headers };
    this.#streamHeaders = { accept: "text/event-stream, */*;q=0.5", ...jsonType, ...this.#headers };
    this.#conceal = concealer(credentials);
  }

  async probe(options: { signal: AbortSignal }): Promise<ProbeResult> {
    const { signal } = options;
    const startedMs = performance.now();
    const timeoutMs = this.#options.probeTimeoutMs ?? defaultProbeTimeoutMs;
    const expiry = new AbortController();
    const timer = setTimeout(() => expiry.abort(), timeoutMs);
    try {
      const identity = await this.#engine.identify(
        this,
        AbortSignal.any([signal, expiry.signal]),
      );
      if (identity === undefined) {
        const reason = `${this.address} answers, but not as ${this.#engine.title}`;
        return { reachable: false, reason };
      }
      const latencyMs = performance.now() - startedMs;
      return {
        reachable: true,
        latencyMs,
        ...(identity.version === undefined ? {} : { version: identity.version }),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (expiry.signal.aborted) {
        return { reachable: false, reason: `${this.address} was silent for ${timeoutMs} ms` };
      }
      if (!(error instanceof BackendError)) throw error;
      const isStranger = error.upstreamStatus !== undefined &&
        (error.code === "model_not_found" || error.code === "backend_invalid_response");
      return {
        reachable: false,
        reason: isStranger
          ? `${this.address} answers, but not as ${this.#engine.title}`
          : error.message,
      };
    } finally {
      clearTimeout(timer);
    }
  }

  async listModels(options: { signal: AbortSignal }): Promise<BackendModel[]> {
    const { models: wanted } = this.#definition;
    const listed = await this.#engine.list(this, options.signal);
    return listed
      .filter((model) => wanted === undefined || matchesAny(model.alias ?? model.name, wanted))
      .map((model) =>
        completeModel(model, {
          engine: this.#engine,
          definition: this.#definition,
          locality: this.locality,
        })
      );
  }

  async send(request: BackendRequest): Promise<BackendResponse> {
    const { operation, stream } = request;
    request.signal.throwIfAborted();
    if (!this.#engine.operations.has(operation)) {
      throw new BackendError("backend_failed", `${this.#engine.title} has no ${operation}`, {
        origin: `backend:${this.id}`,
      });
    }
    if (this.#engine.send !== undefined) {
      return await this.#engine.send(this, request, (target) => this.#exchange(target, request));
    }
    const body = (request.body.stream === true) === stream
      ? request.body
      : { ...request.body, stream };
    return await this.#exchange({ url: `${this.api}/${operation}`, body }, request);
  }

  async #exchange(target: ExchangeTarget, request: BackendRequest): Promise<BackendResponse> {
    const { operation, stream, signal } = request;
    const { firstByteMs, maxResponseBytes = defaultMaxResponseBytes } = this.#options;
    const form = hasFile(target.body) ? await encodeForm(target.body) : undefined;
    const usual = stream ? this.#streamHeaders : this.#wholeHeaders;
    const answer = await this.#transport.send({
      method: "POST",
      path: pathBelow(this.#base, target.url),
      headers: form === undefined && target.headers === undefined
        ? usual
        : { ...usual, ...form?.headers, ...target.headers },
      body: form === undefined ? JSON.stringify(target.body) : form.body,
      signal,
      ...(firstByteMs === undefined ? {} : { headTimeoutMs: firstByteMs }),
    });
    return await checkAnswer(answer, {
      id: this.id,
      operation,
      stream,
      maxBytes: maxResponseBytes,
      conceal: this.#conceal,
    });
  }

  async json(url: string, options: JsonRequestOptions): Promise<unknown> {
    return await requestJson(url, options, {
      id: this.id,
      base: this.#base,
      transport: this.#transport,
      headers: this.#headers,
      timeoutMs: listTimeoutMs,
      conceal: this.#conceal,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}
