/**
 * `routes test`: which route a text takes, and why.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { printable } from "../output/printable.ts";
import { openRoutes, workOf } from "../routes_options.ts";
import { UsageError } from "../usage_error.ts";

/** Scores that are printed. */
const shown = 3;

/** Prints the best routes with the utterances and n-grams that decided. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, path } = invocation;
  const text = args.join(" ");
  if (text.trim() === "") throw new UsageError("TEXT is empty", { path });
  await using api = await openRoutes(invocation);
  const result = await api.test(text, workOf(invocation));
  if (output.isJson) {
    await output.json(result);
    return 0;
  }
  const { bold, dim } = output.style;
  await output.print(bold(result.route ?? "no route"));
  for (const { route, score, threshold, evidence } of result.scores.slice(0, shown)) {
    const least = threshold === null ? "" : dim(` taken from ${threshold}`);
    await output.print(`  ${score.toFixed(3)}  ${route}${least}`);
    for (const line of evidence) await output.print(dim(`         ${printable(line)}`));
  }
  return 0;
}
