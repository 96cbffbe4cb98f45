/**
 * The HTTP interface: security, protocol endpoints, native endpoints and the page.
 *
 * @module
 */

export { type App, createApp } from "./app.ts";
export { createAssetSource, type EmbeddedAsset } from "./asset_source.ts";
export type {
  Asset,
  AssetSource,
  OpenapiPart,
  RouteGroup,
  ServerDeps,
  ServerSettings,
} from "./deps.ts";
export { feedbackGroup } from "./routes/feedback.ts";
export { filesGroup } from "./routes/files.ts";
export { memoryGroup } from "./routes/memory.ts";
export { routesGroup } from "./routes/routes.ts";
export { vectorStoresGroup } from "./routes/vector_stores.ts";
