/**
 * The thread that owns the database of a file. Started by `client.ts`.
 *
 * @module
 */

// To be evaluated before what it helps to load.
import { stopTelling } from "./database/known_libc.ts";
// The client that the database will ask for: loaded with this module it is there 30 ms sooner.
import "./database/local_client.ts";
import { serveEngine } from "./engine_thread.ts";

stopTelling();
serveEngine();
