/**
 * The vector memory: put text in, find it by meaning or by words.
 *
 * @module
 */

export { memoryCapability } from "./capability.ts";
export type { SalvagedPage } from "./database/salvage.ts";
export { createMemory, type EmbedTexts, Memory, type MemoryOptions } from "./memory.ts";
export { recoverMemory, type RecoveryReport } from "./recover.ts";
export * from "./types.ts";
