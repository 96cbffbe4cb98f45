/**
 * The routes of a data directory for a command: with an embedder of its own, started when needed.
 *
 * A running node sees changed files by itself.
 *
 * @module
 */

import { type Config, initDataDir } from "../../config/mod.ts";
import { type RoutesApi, silentLogger } from "../../core/mod.ts";
import { configEmbedder } from "../config_embedder.ts";
import type { OpenOptions } from "../types.ts";
import { RoutesService } from "./routes_service.ts";

/** The routes, with what they hold open; dispose them when done. */
export interface RoutesConnection extends RoutesApi, AsyncDisposable {}

/** Opens the routes of `config`; a data directory that is not there yet is made. */
export async function openRoutes(
  config: Config,
  options: OpenOptions = {},
): Promise<RoutesConnection> {
  const logger = options.logger ?? silentLogger;
  await initDataDir({ dataDir: config.dataDir, nodeName: config.node.name });
  options.signal?.throwIfAborted();
  const embedder = configEmbedder(config, { logger, cacheEntries: 0 });
  return Object.assign(new RoutesService(config, embedder), {
    [Symbol.asyncDispose]: () => embedder[Symbol.asyncDispose](),
  });
}
