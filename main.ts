/**
 * The executable: `atmosphere COMMAND`, or `deno run -A main.ts COMMAND`.
 *
 * @module
 */

import { runCli, systemContext } from "./src/cli/mod.ts";

/**
 * Deno advises, once a process, those who write servers. Under `deno task` a flag turns the advice
 * off; executables and programs from a registry have no flags, and their users can't act on it.
 */
function withoutAdviceOnServers(): void {
  const warn = console.warn;
  console.warn = (...data: unknown[]) => {
    if (!String(data[0]).startsWith("Deno.serve: request.signal aborts")) warn(...data);
  };
}

if (import.meta.main) {
  withoutAdviceOnServers();
  Deno.exit(await runCli(Deno.args, systemContext(Deno.env.toObject())));
}
