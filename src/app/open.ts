/**
 * Puts a node together in this process, without a listener.
 *
 * @module
 */

import { createBackend, discover } from "../backends/mod.ts";
import {
  type Config,
  dataDirPaths,
  type Identity,
  initDataDir,
  loadIdentity,
} from "../config/mod.ts";
import { EventBus, type Logger, silentLogger, systemClock } from "../core/mod.ts";
import { createRouter } from "../router/mod.ts";
import { BackendRegistry } from "./backend_registry.ts";
import { configEmbedder } from "./config_embedder.ts";
import { EmbeddedBackend, embeddedBackendId } from "./embedded_backend.ts";
import { NodeGateway } from "./gateway.ts";
import { memoryPath } from "./memory.ts";
import { MemoryBackend } from "./memory_backend.ts";
import { Learning } from "./learning.ts";
import { Node, type NodeParts } from "./node.ts";
import { LiveRoutes } from "./routes/live_routes.ts";
import { RoutingService } from "./routing_service.ts";
import type { LocalNode, OpenOptions } from "./types.ts";

/** Intents whose vectors the router remembers. */
const intentCacheEntries = 4_096;

/** A node with its parts, for the listener that is put before it. */
export interface AssembledNode extends AsyncDisposable {
  readonly node: Node;
  readonly parts: NodeParts;
  readonly events: EventBus;
  readonly logger: Logger;
}

/** Makes the data directory where it is absent and builds every part. Starts nothing yet. */
export async function assembleNode(
  config: Config,
  options: OpenOptions = {},
): Promise<AssembledNode> {
  const logger = options.logger ?? silentLogger;
  await using stack = new AsyncDisposableStack();
  const identity = await ensureIdentity(config);
  options.signal?.throwIfAborted();

  const events = new EventBus();
  const embedder = stack.use(configEmbedder(config, {
    logger,
    onLoaded: (loadMs) => {
      registry.recheck(embeddedBackendId); // Its model is in memory now.
      events.publish({ type: "embedder.ready", model: embedder.model.name, loadMs });
    },
  }));
  const router = createRouter({
    settings: config.router,
    clock: systemClock,
    nodeId: identity.peerId,
  });
  router.setAliases(config.aliases);
  const routing = new RoutingService({
    router,
    embedder,
    logger,
    cacheEntries: intentCacheEntries,
    // Those that were only discovered leave the list when they are gone.
    down: () => registry.lost(),
  });
  const routes = stack.use(new LiveRoutes({ config, embedder, routing, logger }));
  await routes.load();
  const learning = stack.use(new Learning({ router, dataDir: config.dataDir, logger }));
  await learning.load();
  const memoryBackend = new MemoryBackend(
    config.memory.databaseUrl === undefined ? memoryPath(config) : undefined,
  );
  const registry: BackendRegistry = stack.use(
    createRegistry({ config, identity, embedder, memoryBackend, routing, events, logger }),
  );
  const gateway = new NodeGateway({
    routing,
    registry,
    learning,
    events,
    limits: config.timeouts,
    hedgeMs: config.timeouts.hedgeMs,
  });
  const parts: NodeParts = {
    config,
    identity,
    embedder,
    registry,
    memoryBackend,
    routing,
    routes,
    gateway,
    learning,
  };
  const owned = stack.move();
  return {
    node: new Node(parts),
    parts,
    events,
    logger,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A node in this process that has looked once for backends. Dispose it when done. */
export async function openNode(config: Config, options: OpenOptions = {}): Promise<LocalNode> {
  const assembled = await assembleNode(config, options);
  try {
    await assembled.parts.registry.refresh();
    options.signal?.throwIfAborted();
  } catch (error) {
    await assembled[Symbol.asyncDispose]();
    throw error;
  }
  return Object.assign(assembled.node, {
    [Symbol.asyncDispose]: () => assembled[Symbol.asyncDispose](),
  });
}

/** The node's identity; a data directory that has none yet is set up first. */
async function ensureIdentity(config: Config): Promise<Identity> {
  const isNew = await Deno.stat(dataDirPaths(config.dataDir).identity).then(
    () => false,
    (error) => error instanceof Deno.errors.NotFound,
  );
  if (isNew) await initDataDir({ dataDir: config.dataDir, nodeName: config.node.name });
  return await loadIdentity(config.dataDir);
}

function createRegistry(
  parts: Omit<NodeParts, "registry" | "routes" | "gateway" | "learning"> & {
    events: EventBus;
    logger: Logger;
  },
): BackendRegistry {
  const { config, identity, embedder, memoryBackend, routing, events, logger } = parts;
  const configured = config.backends
    .filter((definition) => definition.enabled)
    .map((definition) => createBackend(definition, { logger }));
  return new BackendRegistry({
    nodeId: identity.peerId,
    nodeName: config.node.name,
    fixed: [new EmbeddedBackend(embedder), memoryBackend, ...configured],
    discover: config.discovery.enabled
      ? (known, signal) =>
        discover({
          probeTimeoutMs: config.discovery.probeTimeoutMs,
          extraPorts: config.discovery.extraPorts,
          skip: known.addresses,
          takenIds: known.ids,
          logger,
          signal,
        })
      : undefined,
    events,
    logger,
    onChange: (capabilities) => routing.setCapabilities(capabilities),
    onLoaded: (capability, loaded) => routing.load.setLoaded(capability, loaded),
  });
}
