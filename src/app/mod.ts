/**
 * The composition root: builds every room, owns its lifetime.
 *
 * @module
 */

export { connect } from "./connect.ts";
export { initNode } from "./init.ts";
export { type MemoryConnection, openMemory, recoverNodeMemory } from "./memory.ts";
export { openNode } from "./open.ts";
export { openRoutes, type RoutesConnection } from "./routes/open_routes.ts";
export { startNode } from "./start.ts";
export type { Connection, InitReport, LocalNode, OpenOptions, RunningNode } from "./types.ts";
