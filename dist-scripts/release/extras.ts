/** What lies beside the executable in every archive, bottle and package. */
import { join } from "node:path";
import { bashCompletion } from "../../src/cli/completion/bash.ts";
import { fishCompletion } from "../../src/cli/completion/fish.ts";
import { completionNodes } from "../../src/cli/completion/nodes.ts";
import { powershellCompletion } from "../../src/cli/completion/powershell.ts";
import { zshCompletion } from "../../src/cli/completion/zsh.ts";
import { program } from "../../src/cli/table.ts";
import { type ManPage, renderManPages } from "../man_pages.ts";

/** The script of each shell, of today's command table. */
export function completionScripts(): Record<"bash" | "fish" | "powershell" | "zsh", string> {
  const nodes = completionNodes(program);
  const { name } = program;
  return {
    bash: bashCompletion(name, nodes),
    fish: fishCompletion(name, nodes),
    powershell: powershellCompletion(name, nodes),
    zsh: zshCompletion(name, nodes),
  };
}

/** The man page of each command, dated by `timeS` in seconds. */
export function manPages(timeS: number): ManPage[] {
  return renderManPages(program, { date: new Date(timeS * 1000).toISOString().slice(0, 10) });
}

/** Writes licence, read-me, completions and man pages into `folder`. */
export async function writeExtras(
  folder: string,
  options: { root: string; timeS: number },
): Promise<void> {
  const { root, timeS } = options;
  for (const name of ["LICENSE", "README.md"]) {
    await Deno.copyFile(join(root, name), join(folder, name));
  }
  const { name } = program;
  const scripts = completionScripts();
  const texts = new Map([
    [`completions/${name}.bash`, scripts.bash],
    [`completions/${name}.fish`, scripts.fish],
    [`completions/_${name}`, scripts.zsh],
    [`completions/${name}.ps1`, scripts.powershell],
    ...manPages(timeS).map(({ file, text }) => [`man/${file}`, text] as const),
  ]);
  await Deno.mkdir(join(folder, "completions"));
  await Deno.mkdir(join(folder, "man"));
  for (const [path, text] of texts) await Deno.writeTextFile(join(folder, path), text);
}
