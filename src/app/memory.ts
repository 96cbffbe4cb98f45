/**
 * The vector memory of a data directory: for commands, and for a node that listens.
 *
 * Several programs may use one file at once, so that a command opens it itself even while a node
 * serves; only texts are embedded by the node then, which has the model loaded.
 *
 * @module
 */

import type { Config } from "../config/mod.ts";
import { AtmosphereError, type MemoryApi, silentLogger } from "../core/mod.ts";
import { loadToken } from "../config/mod.ts";
import type { EmbedTexts, Memory, MemoryOptions, RecoveryReport } from "../memory/mod.ts";
import { configEmbedder } from "./config_embedder.ts";
import { runningNodeUrl } from "./connect.ts";
import { embeddedBackendId } from "./embedded_backend.ts";
import { NodeClient } from "./http_client.ts";
import type { OpenOptions } from "./types.ts";

/** Name of the database in the data directory. */
const databaseName = "atmosphere.db";

/** An open memory; dispose it when done. */
export interface MemoryConnection extends MemoryApi, AsyncDisposable {}

/** Opens a memory; the room is loaded with the first one, for most starts need none. */
export async function createMemory(
  options: MemoryOptions & { readonly embedder?: EmbedTexts },
): Promise<Memory> {
  const { createMemory } = await import("../memory/mod.ts");
  return await createMemory(options);
}

/** Where the memory of `config` is. */
export function memoryOptions(config: Config): MemoryOptions {
  const { databaseUrl, databaseToken } = config.memory;
  if (databaseUrl === undefined) return { path: memoryPath(config) };
  return {
    url: databaseUrl,
    ...(databaseToken === undefined ? {} : { token: databaseToken.reveal() }),
  };
}

/** The file of the memory, where no server holds it. */
export function memoryPath(config: Config): string {
  return `${config.dataDir}/${databaseName}`;
}

/** Embeds by the node that runs. */
async function nodeEmbedder(config: Config, url: string): Promise<EmbedTexts> {
  const node = new NodeClient({ url, token: await loadToken(config.dataDir, config.token) });
  const { embedder } = await node.status();
  return {
    model: embedder,
    embed: async (texts, options = {}) => {
      const model = `${embeddedBackendId}/${embedder.name}`;
      const answer = await node.embed(texts, { ...options, model });
      return { vectors: answer.vectors.map((vector) => Float32Array.from(vector)) };
    },
  };
}

async function makeDataDir(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new AtmosphereError("data_dir_unusable", `The data directory ${path} can't be made`, {
      cause,
      hint: "Choose another with ATMOSPHERE_DATA_DIR",
    });
  }
}

/**
 * Where root works in the directory of somebody else, such as a service, the files become theirs:
 * their node could not write to them.
 */
async function giveToOwner(config: Config): Promise<void> {
  if (Deno.uid() !== 0) return;
  const { uid, gid } = await Deno.stat(config.dataDir);
  if (uid === null || uid === 0) return;
  for (const suffix of ["", "-wal", "-shm"]) {
    await Deno.chown(memoryPath(config) + suffix, uid, gid).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/** Opens the memory of `config`; the file is made where there is none. */
export async function openMemory(
  config: Config,
  options: OpenOptions = {},
): Promise<MemoryConnection> {
  await using stack = new AsyncDisposableStack();
  const url = await runningNodeUrl(config.dataDir, options.signal);
  const embedder = url === undefined
    ? stack.use(configEmbedder(config, { logger: options.logger ?? silentLogger }))
    : await nodeEmbedder(config, url);
  if (config.memory.databaseUrl === undefined) {
    await makeDataDir(config.dataDir);
  }
  const memory = stack.use(await createMemory({ ...memoryOptions(config), embedder }));
  if (config.memory.databaseUrl === undefined) await giveToOwner(config);
  const owned = stack.move();
  return Object.assign(memory, { [Symbol.asyncDispose]: () => owned.disposeAsync() });
}

/**
 * Sets a damaged file of the memory aside and saves what can be read. Throws `invalid_request`
 * where the memory is on a server.
 */
export async function recoverNodeMemory(
  config: Config,
  options: OpenOptions = {},
): Promise<RecoveryReport> {
  if (config.memory.databaseUrl !== undefined) {
    throw new AtmosphereError(
      "invalid_request",
      "The memory is on a server, only a file can be recovered here",
      { hint: "Use the server's own backups" },
    );
  }
  await using embedder = configEmbedder(config, { logger: options.logger ?? silentLogger });
  const { recoverMemory } = await import("../memory/mod.ts");
  return await recoverMemory({ path: memoryPath(config), embedder });
}
