/**
 * Atmosphere as a library: create a node, route an intent, embed texts.
 *
 * A node in your own process, without a listener:
 *
 * @example
 * ```ts
 * import { loadConfig, openNode } from "@atmosphere/cli/mod";
 * import { assertEquals } from "@std/assert";
 *
 * const dataDir = await Deno.makeTempDir();
 * const config = await loadConfig({ flags: { dataDir, noDiscovery: true }, env: {} });
 * {
 *   await using node = await openNode(config);
 *   const { vectors, model } = await node.embed(["a cat sits on the mat"]);
 *   assertEquals(vectors[0]?.length, model.dimensions);
 *
 *   const decision = await node.route({ intent: "write a python function that parses dates" });
 *   assertEquals(decision.outcome, "refused"); // There is no chat model on an empty machine.
 *   console.log(decision.refusal?.hint);
 * }
 * await Deno.remove(dataDir, { recursive: true });
 * ```
 *
 * @module
 */

export { connect, openNode, startNode } from "./src/app/mod.ts";
export type { Connection, LocalNode, OpenOptions, RunningNode } from "./src/app/mod.ts";
export { type Environment, loadConfig, type LoadConfigOptions } from "./src/config/mod.ts";
export type {
  BackendConfig,
  Config,
  ConfigFlags,
  RouterConfig,
  TimeoutsConfig,
} from "./src/config/mod.ts";
export { createLogger, Secret, silentLogger, version } from "./src/core/mod.ts";
export { AtmosphereError, BackendError } from "./src/core/mod.ts";
export { createMemory, Memory, recoverMemory } from "./src/memory/mod.ts";
export type { EmbedTexts, MemoryOptions, RecoveryReport, SalvagedPage } from "./src/memory/mod.ts";
export type * from "./src/core/mod.ts";
