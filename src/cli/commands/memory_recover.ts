/**
 * `memory recover`: the way out of a damaged database.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { fileError } from "../memory_options.ts";
import { printable } from "../output/printable.ts";
import { loadSettings, nodeOptions } from "../settings.ts";

/** Sets the database aside and saves what can be read. */
export async function run(invocation: Invocation): Promise<number> {
  const { context, output } = invocation;
  const config = await loadSettings(invocation);
  const { recoverNodeMemory } = await context.app();
  let report;
  try {
    report = await recoverNodeMemory(config, nodeOptions(invocation, config));
  } catch (error) {
    throw fileError(error, "database in the data directory");
  }
  if (output.isJson) await output.json(report);
  else {
    await output.print(
      `${report.recovered} items recovered, ${report.lost} could not be read`,
      `The damaged file is ${printable(report.backup)}`,
    );
  }
  return 0;
}
