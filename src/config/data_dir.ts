/**
 * Where the data directory is, and what is in it.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import { resolveIn } from "../core/path.ts";

/** Environment variables as a plain object, such as `Deno.env.toObject()`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of an environment variable; one that is empty or blank counts as not set. */
export function environmentValue(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}

/** The user's home directory; undefined when the environment names none. */
export function homeDirectory(env: Environment): string | undefined {
  return environmentValue(env, "HOME") ?? environmentValue(env, "USERPROFILE");
}

/** An absolute path: `~` stands for the home directory, and what is relative starts at `base`. */
export function absolutePath(
  path: string,
  options: { readonly env: Environment; readonly base: string },
): string {
  if (path === "~" || path.startsWith("~/") || path.startsWith("~\\")) {
    const home = homeDirectory(options.env);
    if (home !== undefined) return resolveIn(home, path.slice(2));
  }
  return resolveIn(options.base, path);
}

/**
 * The absolute path of the data directory: `flag`, else `$ATMOSPHERE_DATA_DIR`, else `~/.atmosphere`.
 *
 * Throws `data_dir_unusable` when none of them is known.
 */
export function resolveDataDir(env: Environment, flag?: string): string {
  const named = flag ?? environmentValue(env, "ATMOSPHERE_DATA_DIR");
  if (named !== undefined) {
    if (named.trim() === "" || named.includes("\0")) {
      throw new AtmosphereError("data_dir_unusable", "The data directory's path is empty", {
        hint: "Give a directory: --data-dir DIRECTORY",
      });
    }
    return absolutePath(named, { env, base: Deno.cwd() });
  }
  const home = homeDirectory(env);
  if (home === undefined) {
    throw new AtmosphereError(
      "data_dir_unusable",
      "There is no place for the data directory: neither ATMOSPHERE_DATA_DIR nor HOME nor USERPROFILE is set",
      { hint: "Set ATMOSPHERE_DATA_DIR, or give --data-dir DIRECTORY" },
    );
  }
  return resolveIn(resolveIn(Deno.cwd(), home), ".atmosphere");
}

/** What a data directory holds, as absolute paths. */
export interface DataDirPaths {
  /** The configuration file. */
  readonly config: string;
  /** The configuration file's JSON Schema. */
  readonly schema: string;
  /** The identity file. */
  readonly identity: string;
  /** The token file. */
  readonly token: string;
  /** The vector memory's database. */
  readonly database: string;
  /** The directory of log files, unless the configuration names another. */
  readonly logs: string;
  /** The directory of downloaded models. */
  readonly models: string;
}

/** The paths in the data directory `dataDir`. */
export function dataDirPaths(dataDir: string): DataDirPaths {
  return {
    config: resolveIn(dataDir, "config.yaml"),
    schema: resolveIn(dataDir, "config.schema.json"),
    identity: resolveIn(dataDir, "identity.json"),
    token: resolveIn(dataDir, "token"),
    database: resolveIn(dataDir, "atmosphere.db"),
    logs: resolveIn(dataDir, "logs"),
    models: resolveIn(dataDir, "models"),
  };
}
