/** What lies beside the executable in every archive and bottle. */
import { join } from "node:path";
import { bashCompletion } from "../../src/cli/completion/bash.ts";
import { fishCompletion } from "../../src/cli/completion/fish.ts";
import { completionNodes } from "../../src/cli/completion/nodes.ts";
import { powershellCompletion } from "../../src/cli/completion/powershell.ts";
import { zshCompletion } from "../../src/cli/completion/zsh.ts";
import { program } from "../../src/cli/table.ts";
import { renderManPages } from "../man_pages.ts";

/** Writes licence, read-me, completions and man pages into `folder`. */
export async function writeExtras(
  folder: string,
  options: { root: string; timeS: number },
): Promise<void> {
  const { root, timeS } = options;
  for (const name of ["LICENSE", "README.md"]) {
    await Deno.copyFile(join(root, name), join(folder, name));
  }
  const nodes = completionNodes(program);
  const { name } = program;
  const texts = new Map([
    [`completions/${name}.bash`, bashCompletion(name, nodes)],
    [`completions/${name}.fish`, fishCompletion(name, nodes)],
    [`completions/_${name}`, zshCompletion(name, nodes)],
    [`completions/${name}.ps1`, powershellCompletion(name, nodes)],
  ]);
  const date = new Date(timeS * 1000).toISOString().slice(0, 10);
  for (const { file, text } of renderManPages(program, { date })) texts.set(`man/${file}`, text);
  await Deno.mkdir(join(folder, "completions"));
  await Deno.mkdir(join(folder, "man"));
  for (const [path, text] of texts) await Deno.writeTextFile(join(folder, path), text);
}
