/**
 * `help`: explains a command by its words.
 *
 * @module
 */

import { renderHelp } from "../help.ts";
import type { Invocation } from "../invocation.ts";
import { parseCommandLine } from "../parse.ts";
import { program } from "../table.ts";

/** Prints what `COMMAND --help` prints. */
export async function run({ args, output }: Invocation): Promise<number> {
  const { chain } = parseCommandLine(program, [...args, "--help"]);
  await output.write(renderHelp(program, chain, {
    width: output.width,
    palette: output.style,
  }));
  return 0;
}
