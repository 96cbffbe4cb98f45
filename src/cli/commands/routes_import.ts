/**
 * `routes import`: routes from labelled texts.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { printable } from "../output/printable.ts";
import { noteBroken, openRoutes, readLabelledFile, targetOf } from "../routes_options.ts";

/** Reads the file and adds what is new. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flags, output } = invocation;
  const source = await readLabelledFile(invocation, args[0]!);
  const target = targetOf(invocation);
  const file = flags.string("name");
  await using api = await openRoutes(invocation);
  const result = await api.import(source, {
    ...(target === undefined ? {} : { target }),
    ...(file === undefined ? {} : { file }),
  });
  await noteBroken(invocation, result.broken);
  for (const { text, label } of result.conflicting) {
    await output.note(`Left out, another route has it: ${printable(text)} (${printable(label)})`);
  }
  const more = result.conflicts - result.conflicting.length;
  if (more > 0) await output.note(`Left out ${more} more that other routes have`);
  if (output.isJson) await output.json(result);
  else {
    await output.print(
      `${result.added} texts added, ${result.known} known already; ${result.routes} routes in ${
        printable(result.file)
      }`,
    );
  }
  return 0;
}
