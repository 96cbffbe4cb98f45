/**
 * The executable: `atmosphere COMMAND`, or `deno run -A main.ts COMMAND`.
 *
 * @module
 */

import { runCli, silenceServerAdvice, systemContext } from "./src/cli/mod.ts";

if (import.meta.main) {
  silenceServerAdvice();
  Deno.exit(await runCli(Deno.args, systemContext(Deno.env.toObject())));
}
