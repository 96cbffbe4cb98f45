/**
 * Whichever node answers for a data directory: the running one, else one in this process.
 *
 * @module
 */

import { type Config, loadToken } from "../config/mod.ts";
import { NodeClient } from "./http_client.ts";
import { openNode } from "./open.ts";
import { readRunRecord } from "./run_file.ts";
import type { Connection, OpenOptions } from "./types.ts";

/** Longest wait for a node that should be there to say that it is. */
const helloTimeoutMs = 1_500;

/** Connects to the node that runs on `config.dataDir`, or opens the directory in this process. */
export async function connect(config: Config, options: OpenOptions = {}): Promise<Connection> {
  const url = await runningNodeUrl(config.dataDir, options.signal);
  if (url !== undefined) {
    const token = await loadToken(config.dataDir, config.token);
    return Object.assign(new NodeClient({ url, token }), {
      via: "node" as const,
      [Symbol.asyncDispose]: async () => {},
    });
  }
  return Object.assign(await openNode(config, options), { via: "data-directory" as const });
}

/** URL of the node that runs on `dataDir`; undefined when none does. */
export async function runningNodeUrl(
  dataDir: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const record = await readRunRecord(dataDir);
  if (record === undefined) return undefined;
  try {
    const response = await fetch(`${record.url}/health`, {
      redirect: "manual",
      signal: AbortSignal.any([
        AbortSignal.timeout(helloTimeoutMs),
        ...(signal === undefined ? [] : [signal]),
      ]),
    });
    await response.body?.cancel();
    // After a crash another program, or another node, may hold the port by now.
    return response.ok && response.headers.get("x-atmosphere-node") === record.peerId
      ? record.url
      : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
