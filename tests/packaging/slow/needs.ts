/** What a slow test needs of the machine, said in its name where it is left out. */
import { isInstalled } from "../tools.ts";

/**
 * The name and `ignore` of a test that needs root on Linux and `tools` on the path. Where something
 * is missing the name says what: a test that was left out has shown nothing.
 */
export async function needing(
  tools: readonly string[],
  name: string,
): Promise<{ readonly name: string; readonly ignore: boolean }> {
  const missing: string[] = [];
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) missing.push("root on Linux");
  for (const tool of tools) if (!await isInstalled(tool)) missing.push(tool);
  return missing.length === 0
    ? { name, ignore: false }
    : { name: `${name} (left out, needs ${missing.join(", ")})`, ignore: true };
}
