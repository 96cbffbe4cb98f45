/**
 * First set-up of a data directory.
 *
 * @module
 */

import { type Config, initDataDir } from "../config/mod.ts";
import { openNode } from "./open.ts";
import type { InitReport, OpenOptions } from "./types.ts";

/** Makes what is missing in the data directory, looks once for backends, and reports. Repeatable. */
export async function initNode(config: Config, options: OpenOptions = {}): Promise<InitReport> {
  const { entries } = await initDataDir({
    dataDir: config.dataDir,
    nodeName: config.node.name,
  });
  await using node = await openNode(config, options);
  const status = await node.status();
  return {
    files: entries.map(({ path, action, repairedMode }) => ({
      path,
      state: repairedMode === undefined ? action : "repaired",
    })),
    peerId: node.id,
    nodeName: config.node.name,
    dataDir: config.dataDir,
    backends: status.backends,
    capabilities: status.capabilities,
  };
}
