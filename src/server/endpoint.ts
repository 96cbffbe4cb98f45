/**
 * What a route group declares of each of its endpoints.
 *
 * @module
 */

import type { Exchange } from "./exchange.ts";
import type { Access } from "./token_check.ts";

/** One method of one path. */
export interface Endpoint {
  readonly method: "GET" | "POST";
  /** A path, exact or ending in `/*`. */
  readonly path: string;
  /** Who may call it. */
  readonly access: Access;
  /** Answers; what it throws becomes an error of the path's protocol. */
  readonly handle: (exchange: Exchange) => Response | Promise<Response>;
}
