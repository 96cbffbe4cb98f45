/**
 * The embedding engine that a configuration asks for.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import type { Embedder, Logger } from "../core/mod.ts";
import { createEmbedder, resolveModel } from "../embed/mod.ts";

/** An engine in this process, loaded when the first text needs it; dispose it when done. */
export function configEmbedder(
  config: Config,
  { logger, cacheEntries = config.embedding.cacheEntries, onLoaded }: {
    readonly logger: Logger;
    /** Vectors that it remembers. @default the configuration's */
    readonly cacheEntries?: number;
    /** Called whenever the model has been loaded. */
    readonly onLoaded?: (loadMs: number) => void;
  },
): Embedder & AsyncDisposable {
  const { model, threads } = config.embedding;
  return createEmbedder({
    resolve: () =>
      resolveModel({ dataDir: config.dataDir, model, onStep: (step) => logger.info(step) }),
    model,
    threads,
    cacheEntries,
    logger,
    ...(onLoaded === undefined ? {} : { onLoaded }),
  });
}
