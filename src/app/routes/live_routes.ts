/**
 * The routes of a node that runs: read again when their files change, their model kept current.
 *
 * @module
 */

import type { Config } from "../../config/mod.ts";
import { routesDirectory } from "../../config/mod.ts";
import { type Embedder, isAbort, type Logger, type Route } from "../../core/mod.ts";
import type { RouteClassifier } from "../../router/mod.ts";
import type { LearnedRoutes, RoutingService } from "../routing_service.ts";
import { RoutesService } from "./routes_service.ts";

/** Utterances up to which a decision waits for the model of changed routes; more are learned aside. */
const waitForUtterances = 500;

/** What {@linkcode LiveRoutes} needs. */
export interface LiveRoutesOptions {
  readonly config: Config;
  readonly embedder: Embedder;
  readonly routing: RoutingService;
  readonly logger: Logger;
}

/** Keeps the router's routes and their model as the files say. */
export class LiveRoutes implements AsyncDisposable {
  /** The routes for the native API; what it changes is in force when it resolves. */
  readonly api: RoutesService;
  readonly #options: LiveRoutesOptions;
  readonly #closing = new AbortController();
  #routes: readonly Route[] = [];
  #signature = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #learning: Promise<void> | undefined;

  /** Does no I/O; call {@linkcode load}. */
  constructor(options: LiveRoutesOptions) {
    this.#options = options;
    this.api = new RoutesService(options.config, options.embedder, {
      onChange: () => this.load(),
    });
    options.routing.setRouteLearner((signal) => this.#learn(signal));
  }

  /** Reads the files. With a mistake in one, what was in force before stays, and the log tells. */
  async load(): Promise<void> {
    const { config, routing, logger } = this.#options;
    this.#signature = await signatureOf(config.dataDir);
    try {
      this.#routes = await this.api.list();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.error("The route files have mistakes; they are not in force", { reason });
      if (this.#routes.length === 0) this.#routes = config.routes;
    }
    routing.setRoutes(this.#routes);
  }

  /** Looks for changed files every `intervalMs` from now on. */
  watch(intervalMs: number): void {
    const look = async () => {
      try {
        if (await signatureOf(this.#options.config.dataDir) !== this.#signature) {
          await this.load();
          this.#options.logger.info("The routes changed", { routes: this.#routes.length });
        }
      } catch (error) {
        this.#options.logger.warn("Looking for changed routes failed", { error });
      }
      if (!this.#closing.signal.aborted) this.#timer = setTimeout(look, intervalMs);
    };
    this.#timer = setTimeout(look, intervalMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#learning;
  }

  /** The model of the routes as they are now, or what to do without one. */
  async #learn(signal: AbortSignal | undefined): Promise<LearnedRoutes> {
    if (!this.#routes.some(hasTexts)) return { classifier: undefined, compare: false };
    const wait = this.#routes.reduce((sum, { utterances }) => sum + utterances.length, 0) <=
      waitForUtterances;
    const work = signal === undefined ? {} : { signal };
    const classifier: RouteClassifier | undefined = await this.api.head({ ...work, train: wait });
    if (classifier === undefined) this.#learnAside();
    return { classifier, compare: false };
  }

  /** Trains without anybody waiting, then has the router take the model. */
  #learnAside(): void {
    const { logger, routing } = this.#options;
    const { signal } = this.#closing;
    this.#learning ??= this.api.head({ signal, train: true }).then(
      () => {
        this.#learning = undefined;
        logger.info("The routes are learned", { routes: this.#routes.length });
        routing.relearnRoutes();
      },
      (error: unknown) => {
        this.#learning = undefined;
        if (!isAbort(error, signal)) logger.warn("Learning the routes failed", { error });
      },
    );
  }
}

function hasTexts({ utterances, description }: Route): boolean {
  return utterances.length > 0 || description !== undefined;
}

/** Changes whenever a route file, or the model, does. */
async function signatureOf(dataDir: string): Promise<string> {
  const directory = routesDirectory(dataDir);
  const parts: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory)) {
      if (name.startsWith(".") || name.endsWith(".tmp")) continue;
      const { mtime, size, ino } = await Deno.stat(`${directory}/${name}`);
      parts.push(`${name} ${mtime?.getTime()} ${size} ${ino}`);
    }
  } catch (error) {
    // A file that goes away while it is looked at shows in the next look.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return parts.sort().join("\n");
}
