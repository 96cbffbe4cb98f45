/**
 * Domain types, errors, clock, logger and events. Imports nothing of ours.
 *
 * @module
 */

export * from "./abortable.ts";
export * from "./backend.ts";
export * from "./byte_stream.ts";
export * from "./capability.ts";
export * from "./clock.ts";
export * from "./deadlines.ts";
export * from "./decision.ts";
export * from "./embedder.ts";
export * from "./engine_name.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./gateway.ts";
export * from "./ids.ts";
export * from "./intent.ts";
export * from "./learning_api.ts";
export * from "./logger.ts";
export * from "./memory_api.ts";
export * from "./memory_files_api.ts";
export * from "./node_api.ts";
export * from "./route.ts";
export * from "./routes_api.ts";
export * from "./secret.ts";
export * from "./version.ts";
