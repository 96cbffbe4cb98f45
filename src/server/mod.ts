/**
 * The HTTP interface: security, protocol endpoints, native endpoints and the page.
 *
 * @module
 */

export { type App, createApp } from "./app.ts";
export { createAssetSource } from "./asset_source.ts";
export type { Asset, AssetSource, RouteGroup, ServerDeps, ServerSettings } from "./deps.ts";
export { feedbackGroup } from "./routes/feedback.ts";
export { memoryGroup } from "./routes/memory.ts";
