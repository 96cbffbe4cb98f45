/**
 * A node that listens.
 *
 * @module
 */

import { type Config, isLoopbackHost, loadToken } from "../config/mod.ts";
import { AtmosphereError, version } from "../core/mod.ts";
import {
  createApp,
  createAssetSource,
  feedbackGroup,
  filesGroup,
  memoryGroup,
  routesGroup,
  vectorStoresGroup,
} from "../server/mod.ts";
import { listen, urlHost } from "./listen.ts";
import { createMemory, memoryOptions } from "./memory.ts";
import { memoryBackendId } from "./memory_backend.ts";
import { NodeMemory } from "./node_memory.ts";
import { type AssembledNode, assembleNode } from "./open.ts";
import { writeRunRecord } from "./run_file.ts";
import type { OpenOptions, RunningNode } from "./types.ts";

/** Fewest characters of a token that guards a listener beyond loopback. */
const minTokenChars = 16;
/** Time between two looks for changed route files. */
const routesWatchMs = 2_000;
/** Longest wait for requests under way when the node stops. */
const defaultGraceMs = 10_000;
/**
 * From ready to loading the engine, unless a request wants it before: making its worker stops this
 * thread for 40 to 70 ms, and whoever waits for the node is answered first.
 */
const warmAfterMs = 100;
/** The node counts as ready at the latest this long after it listens, whoever is still silent. */
const readyAfterMs = 250;

/**
 * Starts a node on `config.server`. Resolves when it listens; dispose or drain it to stop.
 *
 * Throws `port_in_use`, `config_invalid`, `identity_broken` or `data_dir_unusable`.
 */
export async function startNode(config: Config, options: OpenOptions = {}): Promise<RunningNode> {
  await using stack = new AsyncDisposableStack();
  const assembled = stack.use(await assembleNode(config, options));
  const { node, parts, events, logger } = assembled;
  const token = await loadToken(config.dataDir, config.token);
  if (!isLoopbackHost(config.server.host) && token.reveal().length < minTokenChars) {
    throw new AtmosphereError(
      "config_invalid",
      `Listening on ${config.server.host} needs a token of at least ${minTokenChars} characters`,
      { param: "server.host", hint: "Set ATMOSPHERE_TOKEN, or listen on 127.0.0.1" },
    );
  }

  const memory = stack.use(
    new NodeMemory(
      () => createMemory({ ...memoryOptions(config), embedder: parts.embedder }),
      { onChange: () => parts.registry.refreshBackend(memoryBackendId) },
    ),
  );
  parts.memoryBackend.ask(memory);
  let ready = false;
  let port = config.server.port;
  const app = createApp({
    node,
    nodeId: node.id,
    gateway: parts.gateway,
    deadlines: parts.gateway.deadlines,
    events,
    logger,
    version,
    settings: { ...config.server, port: () => port },
    token,
    ready: () => ready,
    assets: createAssetSource(),
    groups: [
      memoryGroup(memory, config.server),
      vectorStoresGroup(memory, config.server),
      filesGroup(memory),
      feedbackGroup(node, config.server),
      routesGroup(parts.routes.api, config.server),
    ],
  });
  const listener = await listen({
    host: config.server.host,
    port,
    handler: (request, info) => app.fetch(request, info),
    onError: (error) => logger.error("A request failed inside the server", { error }),
  });
  port = listener.port;
  let graceMs = 0;
  stack.defer(() => listener.close({ graceMs }));
  const url = `http://${urlHost(config.server.host)}:${port}`;
  node.url = url;
  stack.use(
    await writeRunRecord(config.dataDir, {
      peerId: node.id,
      url,
      pid: Deno.pid,
      startedAt: new Date().toISOString(),
    }),
  );

  const background = stack.adopt(new AbortController(), (controller) => controller.abort());
  const discovered = parts.registry.refresh().catch((error) => {
    if (!background.signal.aborted) logger.error("The first look for backends failed", { error });
  });
  let warmTimer: ReturnType<typeof setTimeout> | undefined;
  const readyTimer = setTimeout(announce, readyAfterMs);
  void discovered.then(announce);
  function announce(): void {
    clearTimeout(readyTimer);
    if (ready || background.signal.aborted) return;
    ready = true;
    events.publish({ type: "node.ready", url });
    if (config.embedding.warm) {
      warmTimer = setTimeout(() => void warm(assembled, background.signal), warmAfterMs);
    }
  }
  parts.registry.watch(config.discovery.intervalSeconds * 1000);
  parts.routes.watch(routesWatchMs);
  stack.defer(() => {
    clearTimeout(readyTimer);
    clearTimeout(warmTimer);
    events.publish({ type: "node.stopping" });
  });

  const owned = stack.move();
  return Object.assign(node, {
    url,
    discovered,
    drain: async (options: { graceMs?: number } = {}) => {
      graceMs = options.graceMs ?? defaultGraceMs;
      await owned.disposeAsync();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Loads the engine and embeds what the router compares with, once the node is ready. */
async function warm({ parts, events, logger }: AssembledNode, signal: AbortSignal): Promise<void> {
  try {
    await parts.routing.warm({ signal });
  } catch (error) {
    if (signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn("Routing by meaning is not available", { reason });
    events.publish({ type: "embedder.failed", reason });
  }
}
