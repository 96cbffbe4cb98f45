/**
 * Putting a configuration together: flags over environment over file over defaults.
 *
 * @module
 */

import { Secret } from "../core/secret.ts";
import { environmentBackends, fileBackends } from "./backends.ts";
import { type FileSettings, hasSettings, readConfigFile, readSettings } from "./config_file.ts";
import {
  absolutePath,
  dataDirPaths,
  type Environment,
  environmentValue,
  resolveDataDir,
} from "./data_dir.ts";
import { defaultNodeName, defaultSettings, defaultThreads, type Settings } from "./defaults.ts";
import { deepFreeze } from "./freeze.ts";
import { configError, type Mistake, type Path } from "./mistake.ts";
import { type ConfigFlags, type Given, readOverrides } from "./overrides.ts";
import { parentOf } from "../core/path.ts";
import { resolveSecret } from "./secrets.ts";
import { isToken, minTokenLength } from "./token.ts";
import type { BackendConfig, Config } from "./types.ts";

/** Where {@linkcode loadConfig} takes settings from. */
export interface LoadConfigOptions {
  /** Flags as they were typed. */
  readonly flags?: Partial<ConfigFlags>;
  /** The environment, such as `Deno.env.toObject()`. */
  readonly env: Environment;
}

interface Loaded {
  readonly path: string | undefined;
  readonly file: FileSettings | undefined;
}

async function loadFile(dataDir: string, { env, flags }: LoadConfigOptions): Promise<Loaded> {
  const named = flags?.config;
  const path = named === undefined
    ? dataDirPaths(dataDir).config
    : absolutePath(named, { env, base: Deno.cwd() });
  const text = await readConfigFile(path, { required: named !== undefined });
  if (text === undefined) return { path: undefined, file: undefined };
  // A file of comments alone, as init writes it, says nothing: no parser need be loaded.
  const isSilent = text.trim() !== "" && !hasSettings(text);
  return { path, file: isSilent ? undefined : await readSettings(text, path) };
}

function assign(settings: Settings, { path, value }: Given): void {
  let target = settings as unknown as Record<string, unknown>;
  for (const key of path.slice(0, -1)) target = target[key] as Record<string, unknown>;
  target[path.at(-1)!] = value;
}

function readToken(env: Environment, mistakes: Mistake[]): Secret | undefined {
  const value = environmentValue(env, "ATMOSPHERE_TOKEN");
  if (value === undefined) return undefined;
  if (!isToken(value)) {
    mistakes.push({
      path: "token",
      value: "[redacted]",
      expected: `${minTokenLength} to 1024 visible ASCII characters`,
      source: "environment ATMOSPHERE_TOKEN",
    });
  }
  return new Secret(value);
}

function build(
  settings: Settings,
  options: {
    readonly dataDir: string;
    readonly base: string;
    readonly env: Environment;
    readonly file: string | undefined;
    readonly token: Secret | undefined;
    readonly backends: readonly BackendConfig[];
    readonly databaseToken: Secret | undefined;
  },
): Config {
  const { dataDir, file } = options;
  const { log, embedding, memory } = settings;
  return deepFreeze({
    dataDir,
    logDir: log.directory === undefined
      ? dataDirPaths(dataDir).logs
      : absolutePath(log.directory, options),
    file,
    node: { name: settings.node.name ?? defaultNodeName() },
    server: settings.server,
    log: { level: log.level, format: log.format },
    token: options.token,
    embedding: { ...embedding, threads: embedding.threads ?? defaultThreads() },
    discovery: settings.discovery,
    backends: options.backends,
    routes: settings.routes.map((route) => ({
      ...route,
      ...(file === undefined ? {} : { source: file }),
    })),
    aliases: Object.entries(settings.aliases).map(([name, model]) => ({ name, model })),
    router: settings.router,
    timeouts: settings.timeouts,
    memory: { databaseUrl: memory.databaseUrl, databaseToken: options.databaseToken },
  });
}

/**
 * The configuration of a node, frozen all the way down.
 *
 * Throws one `config_invalid` for all mistakes together; its `details.mistakes` lists them as
 * {@linkcode Mistake}s. Throws `data_dir_unusable` when there is no place for the data directory.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<Config> {
  const { env, flags = {} } = options;
  const dataDir = resolveDataDir(env, flags.dataDir);
  const { path, file } = await loadFile(dataDir, options);
  const { given, mistakes: overrideMistakes } = await readOverrides(env, flags);
  const mistakes = [...file?.mistakes ?? [], ...overrideMistakes];

  const settings = file?.settings ?? defaultSettings();
  const base = path === undefined ? dataDir : parentOf(path);
  for (const entry of given) {
    // A path in the file starts at the file; one from outside starts where the user is.
    const isDirectory = entry.path.join(".") === "log.directory";
    const value = isDirectory && typeof entry.value === "string"
      ? absolutePath(entry.value, { env, base: Deno.cwd() })
      : entry.value;
    assign(settings, { ...entry, value });
  }
  // Despite mistakes, what can be checked is checked, so that all of them are told at once.
  const sound = file === undefined ? settings : file.settings ?? file.partial as Partial<Settings>;
  const own = { host: settings.server.host, port: settings.server.port };
  const context = { env, base, own, locate: (at: Path) => file?.locate(at) ?? "" };
  const fromFile = await fileBackends(sound?.backends ?? [], context);
  const fromEnv = environmentBackends(env, own);
  const fileIds = new Set(fromFile.backends.map(({ id }) => id));
  const added = fromEnv.backends.filter(({ id }) => !fileIds.has(id));
  const replaced = new Set([...fileIds].map((id) => `backends.${id}`));
  mistakes.push(
    ...fromFile.mistakes,
    // What a backend of the file replaces need not be right.
    ...fromEnv.mistakes.filter(({ path }) => !replaced.has(path.split(".").slice(0, -1).join("."))),
  );

  const token = readToken(env, mistakes);
  const databaseToken = await resolveSecret(
    { ...sound?.memory, ...givenToken(given) },
    "databaseToken",
    { ...context, path: ["memory"] },
  );
  if (databaseToken !== undefined && !(databaseToken instanceof Secret)) {
    mistakes.push(databaseToken);
  }
  if (mistakes.length > 0) throw configError(mistakes);
  return build(settings, {
    dataDir,
    base,
    env,
    file: path,
    token,
    backends: [...fromFile.backends, ...added],
    databaseToken: databaseToken as Secret | undefined,
  });
}

/** The database's token from outside the file; it is literal, whatever the file says. */
function givenToken(given: readonly Given[]): Record<string, unknown> {
  const entry = given.find(({ path }) => path.join(".") === "memory.databaseToken");
  return entry === undefined ? {} : { databaseToken: entry.value };
}
