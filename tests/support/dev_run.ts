/**
 * Programs of the project in processes of their own.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** Arguments for Deno that run `script` with the project's imports; `flags` are Deno's own. */
export function devRun(
  script: URL,
  args: readonly string[],
  options: { readonly flags?: readonly string[] } = {},
): string[] {
  return [
    "run",
    "-A",
    "--quiet",
    "--no-config",
    "--no-lock",
    fileURLToPath(new URL("../../dist-scripts/dev.ts", import.meta.url)),
    "run",
    "-A",
    ...(options.flags ?? []),
    fileURLToPath(script),
    ...args,
  ];
}
