/**
 * The thread that owns the database of a file. Started by `client.ts`.
 *
 * @module
 */

// The client that the database will ask for: loaded with this module it is there 30 ms sooner.
import "@libsql/client/sqlite3";
import { serveEngine } from "./engine_thread.ts";

serveEngine();
