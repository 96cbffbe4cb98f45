/**
 * Puts an executable in the place of another in one step, and keeps the other one.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { AtmosphereError } from "../../core/errors.ts";

/** Where the executable that was replaced is kept. */
export function previousPath(executable: string): string {
  return join(dirname(executable), basename(executable).replace(/(\.exe)?$/, ".previous$1"));
}

/**
 * Renames `staged`, which lies beside `executable`, to it. There is never half an executable, and on
 * all systems but Windows, where a running one can only be moved aside, never none either.
 */
export async function swapIn(staged: string, executable: string): Promise<void> {
  const previous = previousPath(executable);
  if (Deno.build.os === "windows") {
    await removeIfThere(previous);
    await Deno.rename(executable, previous);
    try {
      await Deno.rename(staged, executable);
    } catch (error) {
      await Deno.rename(previous, executable);
      throw error;
    }
    return;
  }
  await keep(executable, previous);
  await Deno.rename(staged, executable);
}

/** Exchanges the executable with the one that it replaced. Throws `not_found` when none is kept. */
export async function swapBack(executable: string): Promise<void> {
  const previous = previousPath(executable);
  try {
    if (!(await Deno.stat(previous)).isFile) throw new Deno.errors.NotFound(previous);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new AtmosphereError("not_found", `No earlier executable is kept as ${previous}`, {
      hint: "Install a version by name: atmosphere update VERSION",
    });
  }
  const aside = join(dirname(executable), `.atmosphere.back.${Deno.pid}`);
  await Deno.rename(previous, aside);
  try {
    await swapIn(aside, executable);
  } catch (error) {
    await Deno.rename(aside, previous).catch(() => {});
    throw error;
  }
}

/** Lets `previous` be the same file as `executable`, which stays where it is. */
async function keep(executable: string, previous: string): Promise<void> {
  const link = `${previous}.${Deno.pid}`;
  await removeIfThere(link);
  try {
    await Deno.link(executable, link);
  } catch {
    await Deno.copyFile(executable, link); // Some file systems have no hard links.
  }
  await Deno.rename(link, previous);
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
