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
export {
  type ClusterExperience,
  Experience,
  type ExperienceData,
  type Judgement,
  type Outcome,
} from "./experience.ts";
export { type FactorName, factorNames } from "./factors.ts";
export { type CachedIntent, IntentCache, type IntentVectors } from "./intent_cache.ts";
export type {
  AnchorMatch,
  IntentContext,
  IntentEstimate,
  IntentReader,
  LexicalCue,
} from "./intent_estimate.ts";
export { loadIntentReader } from "./load_intent_reader.ts";
export {
  LoadState,
  LoadTracker,
  type LoadTrackerOptions,
  type WeighedLoad,
} from "./load_tracker.ts";
export type { IndexedRoute } from "./route_index.ts";
export { createRouter } from "./router.ts";
export type {
  DecideContext,
  ReportedOutcome,
  Router,
  RouterOptions,
  RouterSettings,
} from "./types.ts";
export * from "./eval/mod.ts";
export * from "./head/mod.ts";
