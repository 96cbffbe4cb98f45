/**
 * `routes show`: one route.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { printable } from "../output/printable.ts";
import { describeTarget, openRoutes } from "../routes_options.ts";

/** Prints the route with all its texts. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output } = invocation;
  await using api = await openRoutes(invocation);
  const route = await api.get(args[0]!);
  if (output.isJson) {
    await output.json(route);
    return 0;
  }
  const { bold, dim } = output.style;
  await output.print(bold(route.name), `  leads to ${printable(describeTarget(route))}`);
  if (route.description !== undefined) await output.print(`  ${printable(route.description)}`);
  if (route.threshold !== undefined) await output.print(`  from a score of ${route.threshold}`);
  if (route.source !== undefined) await output.print(dim(`  ${printable(route.source)}`));
  for (const text of route.utterances) await output.print(`  + ${printable(text)}`);
  for (const text of route.negativeUtterances ?? []) await output.print(`  - ${printable(text)}`);
  return 0;
}
