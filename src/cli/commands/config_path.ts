/**
 * `config path`: where the configuration file is.
 *
 * @module
 */

import { configPath } from "../config_path.ts";
import type { Invocation } from "../invocation.ts";

/** Prints the path, and remarks when there is no file yet. */
export async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const file = configPath(invocation);
  const exists = await isThere(file);
  if (output.isJson) await output.json({ file, exists });
  else {
    // As it is: a script opens what it reads here.
    await output.print(file);
    if (!exists) await output.note("There is no file yet; atmosphere init makes it");
  }
  return 0;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
