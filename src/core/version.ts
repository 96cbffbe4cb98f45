/**
 * The version, from the one place that states it.
 *
 * @module
 */

import manifest from "../../deno.json" with { type: "json" };

/** Version of this package, as in `deno.json`. */
export const version: string = manifest.version;
