/**
 * `memory stats`: how much is remembered and where.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { openMemory } from "../memory_options.ts";
import { printable } from "../output/printable.ts";

/** Prints figures; with `--verify` exit code 1 when something is wrong. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output, signal } = invocation;
  await using memory = await openMemory(invocation);
  const stats = await memory.stats({ signal });
  const problems = flags.boolean("verify") ? await memory.verify({ signal }) : undefined;
  if (output.isJson) {
    await output.json({ ...stats, ...(problems === undefined ? {} : { problems }) });
  } else {
    await output.print(
      output.style.bold("Memory"),
      `  Place        ${printable(stats.place)}`,
      `  Collections  ${stats.collections}`,
      `  Items        ${stats.items}`,
      `  Versions     ${stats.versions} former ones`,
      `  Size         ${(stats.sizeBytes / 1_048_576).toFixed(1)} MiB`,
    );
    if (problems?.length === 0) await output.print("  Check        nothing is wrong");
  }
  for (const problem of problems ?? []) await output.complain(`${printable(problem)}\n`);
  return problems === undefined || problems.length === 0 ? 0 : 1;
}
