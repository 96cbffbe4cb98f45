/**
 * Telling what listens at one loopback port.
 *
 * @module
 */

import { BackendError, silentLogger } from "../core/mod.ts";
import { discard, isJson, mediaType, parseJson, readBytes } from "./body.ts";
import type { Engine, EngineConnection, JsonRequestOptions } from "./engine.ts";
import { isOpenAiList } from "./openai_compatible.ts";

const maxProbeBytes = 2 * 1_024 * 1_024;

/** Options of {@linkcode LoopbackProbe}. */
export interface LoopbackProbeOptions {
  /** Address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Longest wait for all of it, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Asks one address, each path once, for as long as the time lasts. */
export class LoopbackProbe implements EngineConnection {
  readonly id = "discovery";
  readonly root: string;
  readonly api: string;
  readonly logger = silentLogger;
  readonly #answers = new Map<string, Promise<unknown>>();
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  #answered = false;
  #isAtmosphere = false;

  /** Starts the clock. */
  constructor(options: LoopbackProbeOptions) {
    this.root = options.url;
    this.api = `${options.url}/v1`;
    this.#signal = AbortSignal.any([options.signal, this.#controller.signal]);
    this.#timer = setTimeout(() => this.#controller.abort(), options.timeoutMs);
  }

  /** Whether anything listens there. */
  get answered(): boolean {
    return this.#answered;
  }

  /** The engine that answers, or undefined. Engines that usually listen on `port` are asked first. */
  async recognise(engines: readonly Engine[], port: number): Promise<Engine | undefined> {
    const models = await this.#settle(`${this.api}/models`);
    if (!this.#answered || this.#isAtmosphere) return undefined;
    const usual = engines.filter((engine) => engine.ports.includes(port));
    const found = await this.#first(usual);
    if (this.#isAtmosphere) return undefined;
    if (found !== undefined) return found;
    // Other engines' paths are asked only of what lists models, to leave other servers alone.
    if (!isOpenAiList(models)) return undefined;
    return await this.#first(engines.filter((engine) => !usual.includes(engine)));
  }

  /** Stops the clock and closes the connections. */
  close(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
    this.#client.close();
  }

  async json(url: string, _options: JsonRequestOptions): Promise<unknown> {
    let answer = this.#answers.get(url);
    if (answer === undefined) {
      answer = this.#get(url);
      this.#answers.set(url, answer);
    }
    return await answer;
  }

  async #settle(url: string): Promise<unknown> {
    try {
      return await this.json(url, { signal: this.#signal });
    } catch {
      return undefined;
    }
  }

  /** The first of the engines, in their order, that recognises itself; all are asked at once. */
  async #first(engines: readonly Engine[]): Promise<Engine | undefined> {
    const recognised = await Promise.all(engines.map(async (engine) => {
      try {
        return await engine.identify(this, this.#signal) !== undefined;
      } catch {
        return false;
      }
    }));
    return engines.find((_, index) => recognised[index]);
  }

  async #get(url: string): Promise<unknown> {
    const response = await fetch(url, {
      headers: { accept: "application/json" },
      redirect: "manual",
      client: this.#client,
      signal: this.#signal,
    });
    this.#answered = true;
    if (response.headers.has("x-atmosphere-node")) this.#isAtmosphere = true;
    if (response.status !== 200 || !isJson(mediaType(response))) {
      await discard(response);
      throw new BackendError("backend_invalid_response", "No JSON there", {
        origin: "backend:discovery",
        upstreamStatus: response.status,
      });
    }
    return parseJson(
      await readBytes(response, {
        origin: "backend:discovery",
        url,
        maxBytes: maxProbeBytes,
        signal: this.#signal,
      }),
    );
  }
}
