/**
 * Telling what listens at one loopback port.
 *
 * @module
 */

import { silentLogger } from "../core/mod.ts";
import type { Engine, EngineConnection, JsonRequestOptions } from "./engine.ts";
import { isOpenAiList } from "./engines/openai_compatible.ts";
import { createTransport, type Transport } from "./http/transport.ts";
import { requestJson } from "./json_request.ts";

const maxProbeBytes = 4 * 1_024 * 1_024;

/** Options of {@linkcode LoopbackProbe}. */
export interface LoopbackProbeOptions {
  /** Address, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly signal: AbortSignal;
}

/** Asks one address, each path once, until its signal ends it. */
export class LoopbackProbe implements EngineConnection, AsyncDisposable {
  readonly id = "discovery";
  readonly root: string;
  readonly api: string;
  readonly logger = silentLogger;
  readonly #answers = new Map<string, Promise<unknown>>();
  readonly #signal: AbortSignal;
  readonly #transport: Transport;
  #answered = false;
  #isAtmosphere = false;

  /** Makes a probe; it connects on first use. */
  constructor(options: LoopbackProbeOptions) {
    this.root = options.url;
    this.api = `${options.url}/v1`;
    this.#signal = options.signal;
    this.#transport = createTransport({ base: options.url, origin: "backend:discovery" });
  }

  /** Whether anything answered with HTTP. */
  get answered(): boolean {
    return this.#answered;
  }

  /**
   * The engine that answers, or undefined. `usual` are those that are looked for at this port; the
   * others are asked for only where a list of models is served.
   */
  async recognise(
    engines: readonly Engine[],
    usual: readonly Engine[],
  ): Promise<Engine | undefined> {
    const models = await this.#settle(`${this.api}/models`);
    if (!this.#answered || this.#isAtmosphere) return undefined;
    // Further paths are asked of what lists models, to leave other servers alone.
    const lists = isOpenAiList(models);
    const found = await this.#first(
      usual.filter((engine) => lists || engine.withoutOpenAiList === true),
    );
    if (this.#isAtmosphere) return undefined;
    if (found !== undefined || !lists) return found;
    return await this.#first(engines.filter((engine) => !usual.includes(engine)));
  }

  async json(url: string, _options: JsonRequestOptions): Promise<unknown> {
    let answer = this.#answers.get(url);
    if (answer === undefined) {
      answer = requestJson(url, { signal: this.#signal, maxBytes: maxProbeBytes }, {
        id: this.id,
        base: this.root,
        transport: this.#transport,
        headers: {},
        timeoutMs: 60_000,
        conceal: (text) => text,
        onHead: ({ headers }) => {
          this.#answered = true;
          if (headers.has("x-atmosphere-node")) this.#isAtmosphere = true;
        },
      });
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}
