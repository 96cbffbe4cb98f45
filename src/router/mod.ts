/**
 * Pure routing decisions: explicit names, filter, meaning, cost and load, choice.
 *
 * @module
 */

export type { IndexedCapability } from "./capability_index.ts";
export type { RouteClassifier, RouteScore } from "./classifier.ts";
export {
  type ConstantName,
  constantNames,
  type Constants,
  type ConstantSpec,
  constantTable,
  resolveConstants,
} from "./constants.ts";
export { factorNames } from "./factors.ts";
export { type CachedIntent, IntentCache } from "./intent_cache.ts";
export { LoadTracker, type LoadTrackerOptions } from "./load_tracker.ts";
export type { IndexedRoute } from "./route_index.ts";
export { createRouter } from "./router.ts";
export type { DecideContext, Router, RouterOptions, RouterSettings } from "./types.ts";
