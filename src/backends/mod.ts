/**
 * Model servers and APIs: one file an engine, behind the port of `core/backend.ts`.
 *
 * @module
 */

export { createBackend } from "./create_backend.ts";
export type { BackendDefinition, BackendOptions } from "./definition.ts";
export { discover, type DiscoverOptions, usualPorts } from "./discover.ts";
export type { Engine, EngineConnection, Identity, ListedModel } from "./engine.ts";
export { ENGINE_PROFILES } from "./engines.ts";
export { type ParsedName, parseModelName } from "./model_name.ts";
export {
  describeModel,
  modelFamilies,
  type ModelFamily,
  type NamedModel,
} from "./model_profile.ts";
