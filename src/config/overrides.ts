/**
 * Settings from the environment and the command line, which win over the file.
 *
 * @module
 */

import { type Environment, environmentValue } from "./data_dir.ts";
import { issueMistake, type Mistake } from "./mistake.ts";

/** Flags as they were typed; absent or undefined where not given. */
export interface ConfigFlags {
  /** `--data-dir`: the data directory. */
  readonly dataDir: string | undefined;
  /** `--config`: the configuration file, in place of the one in the data directory. */
  readonly config: string | undefined;
  /** `--host` */
  readonly host: string | undefined;
  /** `--port` */
  readonly port: string | number | undefined;
  /** `--node-name` */
  readonly nodeName: string | undefined;
  /** `--log-level` */
  readonly logLevel: string | undefined;
  /** `--log-format` */
  readonly logFormat: string | undefined;
  /** `--no-discovery` */
  readonly noDiscovery: boolean | undefined;
  /** `--local-only` */
  readonly localOnly: boolean | undefined;
}

/** A setting that the environment or a flag can give. */
export interface Override {
  /** The setting. */
  readonly path: readonly [string, ...string[]];
  /** The environment variable that gives it. */
  readonly env?: string;
  /** The flag that gives it. */
  readonly flag?: Exclude<keyof ConfigFlags, "dataDir" | "config">;
  /** What a flag without a value means. */
  readonly flagValue?: boolean;
}

/** Every setting that the environment or a flag can give. */
export const overrides: readonly Override[] = [
  { path: ["node", "name"], env: "ATMOSPHERE_NODE_NAME", flag: "nodeName" },
  { path: ["server", "host"], env: "ATMOSPHERE_HOST", flag: "host" },
  { path: ["server", "port"], env: "ATMOSPHERE_PORT", flag: "port" },
  { path: ["log", "level"], env: "ATMOSPHERE_LOG_LEVEL", flag: "logLevel" },
  { path: ["log", "format"], env: "ATMOSPHERE_LOG_FORMAT", flag: "logFormat" },
  { path: ["log", "directory"], env: "ATMOSPHERE_LOG_DIR" },
  { path: ["discovery", "enabled"], flag: "noDiscovery", flagValue: false },
  { path: ["router", "policy", "localOnly"], flag: "localOnly", flagValue: true },
  { path: ["memory", "databaseUrl"], env: "ATMOSPHERE_DATABASE_URL" },
  { path: ["memory", "databaseToken"], env: "ATMOSPHERE_DATABASE_TOKEN" },
];

/** A flag as it is typed, such as `--node-name`. */
export function flagName(flag: keyof ConfigFlags): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A setting that was given outside the file. */
export interface Given {
  /** The setting. */
  readonly path: readonly [string, ...string[]];
  /** What was given, in the setting's type where it has that form. */
  readonly value: unknown;
  /** Who gave it: `environment NAME` or `flag --NAME`. */
  readonly source: string;
}

function givenBy(
  override: Override,
  env: Environment,
  flags: Partial<ConfigFlags>,
): Given | undefined {
  const { path, flag } = override;
  const typed = flag === undefined ? undefined : flags[flag];
  if (flag !== undefined && typed !== undefined && typed !== false) {
    const value = typed === true ? override.flagValue : typed;
    return { path, value, source: `flag ${flagName(flag)}` };
  }
  const value = override.env === undefined ? undefined : environmentValue(env, override.env);
  return value === undefined ? undefined : { path, value, source: `environment ${override.env}` };
}

function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, key) => ({ [key]: inner }), value);
}

/** The settings that flags and environment give, of the right type, and what is wrong with them. */
export async function readOverrides(
  env: Environment,
  flags: Partial<ConfigFlags>,
): Promise<{ readonly given: Given[]; readonly mistakes: Mistake[] }> {
  const given: Given[] = [];
  const mistakes: Mistake[] = [];
  const typed = overrides.map((override) => givenBy(override, env, flags))
    .filter((entry) => entry !== undefined);
  if (typed.length === 0) return { given, mistakes };
  // Loaded only where there is something to check.
  const [{ validateSettings }, { coerceScalar, nodeAt }] = await Promise.all([
    import("./validate.ts"),
    import("./schema_walk.ts"),
  ]);
  for (const entry of typed) {
    const node = nodeAt(entry.path);
    const value = node !== undefined && typeof entry.value === "string"
      ? coerceScalar(node, entry.value)
      : entry.value;
    const { issues } = validateSettings(nest(entry.path, value));
    given.push({ ...entry, value });
    mistakes.push(...issues.map((issue) => issueMistake(issue, entry.source)));
  }
  return { given, mistakes };
}
