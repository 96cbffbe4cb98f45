/**
 * Sentence embeddings in the process: the embedder and where its model comes from.
 *
 * @module
 */

export { createEmbedder, type EmbedderOptions } from "./embedder.ts";
export {
  bundledModel,
  type ModelSource,
  type OnModelStep,
  prepareBundledModel,
  type PrepareOptions,
} from "./prepare_model.ts";
export { type ResolvedModel, resolveModel, type ResolveOptions } from "./resolve_model.ts";
