/**
 * `completions`: a shell's completion script.
 *
 * @module
 */

import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { type CompletionNode, completionNodes } from "../completion/nodes.ts";
import { powershellCompletion } from "../completion/powershell.ts";
import { zshCompletion } from "../completion/zsh.ts";
import type { Invocation } from "../invocation.ts";
import { program } from "../table.ts";
import { UsageError } from "../usage_error.ts";

const scripts: Readonly<
  Record<string, (name: string, nodes: readonly CompletionNode[]) => string>
> = {
  bash: bashCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
  zsh: zshCompletion,
};

/** Prints the script. */
export async function run({ args, output, path }: Invocation): Promise<number> {
  const shell = args[0] ?? "";
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined) {
    throw new UsageError(
      `There are completions for ${Object.keys(scripts).join(", ")}, not for "${shell}"`,
      { path },
    );
  }
  await output.write(script(program.name, completionNodes(program)));
  return 0;
}
