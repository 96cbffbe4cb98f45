/**
 * The vector memory: put text in, find it by meaning or by words.
 *
 * @module
 */

export * from "./types.ts";
export {
  type CollectionChoice,
  createMemory,
  type EmbedTexts,
  Memory,
  type MemoryOptions,
} from "./memory.ts";
export type { ItemPage } from "./items/read.ts";
export type { ForgetSelection, MemoryStats } from "./protocol.ts";
export { recoverMemory, type RecoveryReport } from "./recover.ts";
export type { BrokenLine, ImportOptions, ImportReport } from "./transfer/import.ts";
export type { DocumentReport, NewDocument } from "./documents/add.ts";
export type { MediaType } from "./documents/block.ts";
export type { ChunkOptions } from "./documents/chunk.ts";
export type { DocumentContent } from "./documents/read.ts";
