/**
 * Starting scripts of this directory in processes that can be killed.
 *
 * @module
 */

import { devRun } from "../support/dev_run.ts";

/** Starts `script` with the project's imports; its output is piped. */
export function start(script: string, args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: devRun(new URL(script, import.meta.url), args, { flags: ["--no-check"] }),
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Kills the task runner's child, which is the script, and so ends the runner. */
export function killTree(pid: number): void {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ");
  for (const child of children.filter((text) => text !== "")) {
    try {
      Deno.kill(Number(child), "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}
