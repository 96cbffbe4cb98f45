/**
 * Making a data directory, or mending one, without ever replacing what the user has.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import { createFile, replaceFile } from "./atomic_file.ts";
import { configError } from "./mistake.ts";
import { dataDirPaths } from "./data_dir.ts";
import { defaultNodeName } from "./defaults.ts";
import { createIdentityText, type Identity, loadIdentity } from "./identity.ts";
import { configTemplate } from "./template.ts";
import { createToken, loadToken } from "./token.ts";

/** What was done about one file or directory. */
export interface InitEntry {
  /** Its path relative to the data directory; `.` is the directory itself. */
  readonly name: string;
  /** Its absolute path. */
  readonly path: string;
  /** `updated` is only said of the schema, which belongs to the program. */
  readonly action: "created" | "kept" | "updated";
  /** The mode that was too loose and is repaired now, such as `0644`; undefined when it was right. */
  readonly repairedMode: string | undefined;
  /** What the user should know about it. */
  readonly note: string | undefined;
}

/** What {@linkcode initDataDir} did. */
export interface InitResult {
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  /** Whether the identity is new: whether this was the first time. */
  readonly created: boolean;
  /** The identity that is there now, new or old. */
  readonly identity: Identity;
  /** One entry a file or directory, the data directory first. */
  readonly entries: readonly InitEntry[];
}

const directoryMode = 0o700;
const secretMode = 0o600;
const openMode = 0o644;
const hasModes = Deno.build.os !== "windows";

function modeText(mode: number): string {
  return `0${(mode & 0o777).toString(8).padStart(3, "0")}`;
}

/** Takes rights from group and others; returns the mode that was, if it was too loose. */
async function tighten(path: string, mode: number): Promise<string | undefined> {
  if (!hasModes) return undefined;
  const info = await Deno.stat(path);
  const found = (info.mode ?? mode) & 0o777;
  if ((found & 0o077) === 0) return undefined;
  await Deno.chmod(path, found & mode);
  return modeText(found);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function isEmpty(path: string): Promise<boolean> {
  for await (const _ of Deno.readDir(path)) return false;
  return true;
}

function entry(
  name: string,
  path: string,
  action: InitEntry["action"],
  more: { repairedMode?: string | undefined; note?: string } = {},
): InitEntry {
  return { name, path, action, repairedMode: more.repairedMode, note: more.note };
}

async function makeRoot(dataDir: string): Promise<InitEntry> {
  if (!await exists(dataDir)) {
    await Deno.mkdir(dataDir, { recursive: true, mode: directoryMode });
    return entry(".", dataDir, "created");
  }
  const isOurs = await exists(dataDirPaths(dataDir).identity) || await isEmpty(dataDir);
  // A directory that holds other things too, such as /tmp, is not ours to close.
  if (isOurs) {
    return entry(".", dataDir, "kept", { repairedMode: await tighten(dataDir, directoryMode) });
  }
  const mode = (await Deno.stat(dataDir)).mode ?? directoryMode;
  if (!hasModes || (mode & 0o077) === 0) return entry(".", dataDir, "kept");
  const note = `other users can list it (mode ${modeText(mode)}); it held other files before`;
  return entry(".", dataDir, "kept", { note });
}

async function makeDirectory(name: string, path: string): Promise<InitEntry> {
  try {
    await Deno.mkdir(path, { mode: directoryMode });
    return entry(name, path, "created");
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if (!(await Deno.stat(path)).isDirectory) {
      throw new AtmosphereError("data_dir_unusable", `${path} is a file, not a directory`, {
        hint: "Move it away and run atmosphere init again",
        details: { file: path },
      });
    }
    return entry(name, path, "kept");
  }
}

async function makeSecretFile(
  name: string,
  path: string,
  text: () => string | Promise<string>,
): Promise<InitEntry> {
  if (!await exists(path) && await createFile(path, await text(), secretMode)) {
    return entry(name, path, "created");
  }
  return entry(name, path, "kept", { repairedMode: await tighten(path, secretMode) });
}

async function makeConfig(path: string, nodeName: string | undefined): Promise<InitEntry> {
  // The host's own name is the default: without it the file says nothing, and a start need not read it.
  const chosen = nodeName === defaultNodeName() ? undefined : nodeName;
  // Not secret by itself, but a key may be written into it.
  const made = await makeSecretFile("config.yaml", path, () => configTemplate(chosen));
  if (made.action === "created" || nodeName === undefined) return made;
  const note = `the name in it stays; to change it: atmosphere config set node.name ${nodeName}`;
  return { ...made, note };
}

async function makeSchema(path: string): Promise<InitEntry> {
  const { configJsonSchemaText } = await import("./json_schema.ts");
  const text = await configJsonSchemaText();
  if (await exists(path)) {
    if (await Deno.readTextFile(path) === text) return entry("config.schema.json", path, "kept");
    await replaceFile(path, text, openMode);
    return entry("config.schema.json", path, "updated");
  }
  return await createFile(path, text, openMode)
    ? entry("config.schema.json", path, "created")
    : entry("config.schema.json", path, "kept");
}

async function checkNodeName(nodeName: string | undefined): Promise<void> {
  if (nodeName === undefined) return;
  const { readOverrides } = await import("./overrides.ts");
  const { mistakes } = await readOverrides({}, { nodeName });
  if (mistakes.length > 0) throw configError(mistakes);
}

/**
 * Makes the data directory with identity, token, configuration, schema and folders. Safe to repeat, also
 * by several at once: what is there stays, modes that are too loose are repaired, and the result says
 * what was done.
 *
 * Throws `data_dir_unusable` when the directory can't be made or written, `identity_broken` when there
 * is an identity that can't be used, `config_invalid` for a `nodeName` that is none.
 */
export async function initDataDir(
  options: { readonly dataDir: string; readonly nodeName?: string | undefined },
): Promise<InitResult> {
  const { dataDir, nodeName } = options;
  await checkNodeName(nodeName);
  const paths = dataDirPaths(dataDir);
  try {
    const entries = [
      await makeRoot(dataDir),
      await makeSecretFile("identity.json", paths.identity, createIdentityText),
      await makeSecretFile("token", paths.token, () => createToken() + "\n"),
      await makeConfig(paths.config, nodeName),
      await makeSchema(paths.schema),
      await makeDirectory("logs", paths.logs),
      await makeDirectory("models", paths.models),
    ];
    await loadToken(dataDir);
    const identity = await loadIdentity(dataDir);
    return { dataDir, created: entries[1]?.action === "created", identity, entries };
  } catch (error) {
    if (error instanceof AtmosphereError) throw error;
    const reason = error instanceof Deno.errors.NotADirectory ||
        error instanceof Deno.errors.AlreadyExists
      ? "a part of its path is a file"
      : (error as Error).message;
    throw new AtmosphereError(
      "data_dir_unusable",
      `Could not make the data directory ${dataDir}: ${reason}`,
      {
        cause: error,
        hint: "Give another directory with --data-dir or ATMOSPHERE_DATA_DIR",
        details: { directory: dataDir },
      },
    );
  }
}
