/**
 * Where the configuration file of a command line is, whatever state it is in.
 *
 * @module
 */

import { absolutePath, dataDirPaths, resolveDataDir } from "../config/data_dir.ts";
import type { Invocation } from "./invocation.ts";

/** The absolute path of the file that `--config` names, else of the one in the data directory. */
export function configPath({ flags, context: { env } }: Invocation): string {
  const named = flags.string("config");
  if (named !== undefined) return absolutePath(named, { env, base: Deno.cwd() });
  return dataDirPaths(resolveDataDir(env, flags.string("data-dir"))).config;
}
