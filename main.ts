/**
 * The executable: `atmosphere COMMAND`, or `deno run -A main.ts COMMAND`.
 *
 * @module
 */

import { runCli, systemContext } from "./src/cli/mod.ts";

if (import.meta.main) Deno.exit(await runCli(Deno.args, systemContext(Deno.env.toObject())));
