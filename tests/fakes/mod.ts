/**
 * Fake model servers on real loopback sockets, for tests that want to see the whole way of a
 * request. README.md has the commands.
 *
 * @module
 */

import type { Command, Script } from "./commands.ts";
import { routes } from "./engines/mod.ts";
import { type FakeRequest, type HttpServer, startHttpServer } from "./http_server.ts";
import { type FakeEngine, type FakeModel, toModel } from "./models.ts";
import { perform } from "./perform.ts";

export type { Command, Script } from "./commands.ts";
export type { FakeRequest } from "./http_server.ts";
export type { FakeEngine, FakeModel } from "./models.ts";

/** Options of {@linkcode startFakeServer}. */
export interface FakeServerOptions {
  readonly engine: FakeEngine;
  /** Names, or names with what is known of them. */
  readonly models: readonly (string | FakeModel)[];
  readonly script?: Script;
  /** Key that every request must carry; none where absent. */
  readonly apiKey?: string;
  /** @default 0, any free one */
  readonly port?: number;
  /** @default "127.0.0.1" */
  readonly hostname?: string;
}

/** A fake server that listens. */
export interface FakeServer extends AsyncDisposable {
  /** Address without a path. */
  readonly url: string;
  readonly port: number;
  /** Every request since the start, listings and probes included. */
  readonly requests: readonly FakeRequest[];
  /** The requests that ask a model. */
  readonly asked: readonly FakeRequest[];
  /** Connections that are open now. */
  readonly connections: number;
  /** Says what to do from now on. */
  script(script: Script): void;
  /** Changes the models. */
  setModels(models: readonly (string | FakeModel)[]): void;
  /** Lets every request that is met with silence, or stalls, go on. */
  release(): void;
  /** Resolves to the request of this index once it is there. */
  received(index: number): Promise<FakeRequest>;
  /** Resolves to the request of this index among those that ask a model. */
  askedOf(index: number): Promise<FakeRequest>;
}

/** Whether a request asks a model, rather than about one. */
export function asksModel(request: FakeRequest): boolean {
  return request.method === "POST" && !/\/(show|tokenize|version)$/.test(request.path);
}

/** Starts a fake server. */
export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const route = routes[options.engine];
  let models = options.models.map(toModel);
  let script: Script = options.script ?? [];
  let released = Promise.withResolvers<void>();
  let used = 0;
  const asked: FakeRequest[] = [];
  const waiting = new Map<number, PromiseWithResolvers<FakeRequest>>();

  function commandFor(request: FakeRequest): Command {
    if (typeof script === "function") return script(request) ?? { do: "ok" };
    return (asksModel(request) ? script[used++] : undefined) ?? { do: "ok" };
  }

  function refusesKey(request: FakeRequest): boolean {
    if (options.apiKey === undefined) return false;
    return request.headers.authorization !== `Bearer ${options.apiKey}` &&
      request.headers["x-api-key"] !== options.apiKey;
  }

  const server: HttpServer = await startHttpServer(async (request, answer) => {
    if (asksModel(request)) {
      waiting.get(asked.push(request) - 1)?.resolve(request);
    }
    const command: Command = refusesKey(request)
      ? { do: "fail", status: 401, body: { error: { message: "Incorrect API key provided" } } }
      : commandFor(request);
    await perform(command, {
      request,
      answer,
      released: () => released.promise,
      route: () => route(request, { models }),
    });
  }, {
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
  });

  const host = options.hostname?.includes(":") ? `[${options.hostname}]` : options.hostname;
  return {
    url: `http://${host ?? "127.0.0.1"}:${server.port}`,
    port: server.port,
    requests: server.requests,
    asked,
    get connections() {
      return server.connections;
    },
    script(next) {
      script = next;
      used = 0;
    },
    setModels(next) {
      models = next.map(toModel);
    },
    release() {
      released.resolve();
      released = Promise.withResolvers<void>();
    },
    received: (index) => server.received(index),
    askedOf(index) {
      const there = asked[index];
      if (there !== undefined) return Promise.resolve(there);
      const wait = waiting.get(index) ?? Promise.withResolvers<FakeRequest>();
      waiting.set(index, wait);
      return wait.promise;
    },
    async [Symbol.asyncDispose]() {
      released.resolve();
      await server.close();
    },
  };
}
