/**
 * `routes remove`: takes a route out of its file.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { openRoutes } from "../routes_options.ts";

/** Removes the route. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output } = invocation;
  const name = args[0]!;
  await using api = await openRoutes(invocation);
  await api.remove(name);
  if (output.isJson) await output.json({ removed: name });
  else await output.print(`${name} removed`);
  return 0;
}
