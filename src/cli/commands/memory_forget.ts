/**
 * `memory forget`: deletes items for good.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { Invocation } from "../invocation.ts";
import { collectionOf, openMemory, scopeOf } from "../memory_options.ts";
import { UsageError } from "../usage_error.ts";

/** Forgets what the command line names; exit code 3 when nothing was there. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flags, output, signal, path } = invocation;
  const scope = scopeOf(invocation);
  const all = flags.boolean("all");
  if (args.length === 0 && !all && Object.keys(scope).length === 0) {
    throw new UsageError("memory forget needs ID, a flag that says which, or --all", { path });
  }
  await using memory = await openMemory(invocation);
  const forgotten = await memory.forget(
    { ...scope, ...(args.length > 0 ? { ids: args } : {}), ...(all ? { all } : {}) },
    { collection: collectionOf(invocation), signal },
  );
  if (forgotten === 0) throw new AtmosphereError("not_found", "Nothing was there to forget");
  if (output.isJson) await output.json({ forgotten });
  else await output.print(`${forgotten} forgotten`);
  return 0;
}
