/**
 * Checks of what is on the disk: data directory, identity, token, space.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { dataDirPaths } from "../../config/data_dir.ts";
import { loadIdentity } from "../../config/identity.ts";
import { loadToken } from "../../config/token.ts";
import type { Secret } from "../../core/secret.ts";
import { bytes } from "../output/format.ts";
import { type Finding, fromError } from "./finding.ts";

/** Rights of group and others. */
const foreignRights = 0o077;
/** Below this much free space a database may fail at any write. */
const tooLittleBytes = 100 * 1024 ** 2;
/** Below this much a model or a memory soon fills the disk. */
const littleBytes = 1024 ** 3;

async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The mode of a file that others can use; undefined when it is closed to them, or has no mode. */
function looseMode(info: Deno.FileInfo): string | undefined {
  if (Deno.build.os === "windows" || info.mode === null) return undefined;
  return (info.mode & foreignRights) === 0 ? undefined : `0${(info.mode & 0o777).toString(8)}`;
}

/** Whether the data directory is there, ours alone and writable. */
export async function checkDataDir(dataDir: string): Promise<Finding> {
  const check = { id: "data-dir", title: "Data directory" };
  try {
    const info = await statOf(dataDir);
    if (info === undefined) {
      return {
        ...check,
        verdict: "warning",
        found: `${dataDir} does not exist yet`,
        mend: "Run atmosphere init",
      };
    }
    if (!info.isDirectory) {
      return {
        ...check,
        verdict: "broken",
        found: `${dataDir} is a file`,
        mend: "Move it away, or give another directory with --data-dir or ATMOSPHERE_DATA_DIR",
      };
    }
    await tryToWrite(dataDir);
    const mode = looseMode(info);
    if (mode === undefined) return { ...check, verdict: "ok", found: `${dataDir} is writable` };
    return {
      ...check,
      verdict: "warning",
      found: `${dataDir} is open to other users (mode ${mode})`,
      mend: `chmod 700 ${dataDir}`,
    };
  } catch (error) {
    const found = `${dataDir} can't be used: ${error instanceof Error ? error.message : error}`;
    const mend = `Make it readable and writable for this user: chown and chmod 700 ${dataDir}`;
    return { ...check, verdict: "broken", found, mend };
  }
}

/** Modes and read-only mounts can lie; only a write tells. */
async function tryToWrite(directory: string): Promise<void> {
  const path = join(directory, `.doctor-${crypto.randomUUID()}`);
  await Deno.writeTextFile(path, "", { createNew: true, mode: 0o600 });
  await Deno.remove(path);
}

/** Whether the identity is whole and closed to others. */
export async function checkIdentity(dataDir: string): Promise<Finding> {
  const check = { id: "identity", title: "Identity" };
  try {
    const { peerId } = await loadIdentity(dataDir);
    return await checkSecretFile(dataDirPaths(dataDir).identity, { ...check, found: peerId });
  } catch (error) {
    return fromError(check, error);
  }
}

/** Whether there is a token that is long enough and closed to others. */
export async function checkToken(
  dataDir: string,
  override: Secret | undefined,
): Promise<Finding> {
  const check = { id: "token", title: "Token" };
  try {
    await loadToken(dataDir, override);
    if (override !== undefined) {
      return { ...check, verdict: "ok", found: "taken from ATMOSPHERE_TOKEN" };
    }
    return await checkSecretFile(dataDirPaths(dataDir).token, { ...check, found: "present" });
  } catch (error) {
    return fromError(check, error);
  }
}

async function checkSecretFile(
  path: string,
  check: { readonly id: string; readonly title: string; readonly found: string },
): Promise<Finding> {
  const info = await statOf(path);
  const mode = info === undefined ? undefined : looseMode(info);
  if (mode === undefined) return { ...check, verdict: "ok" };
  return {
    ...check,
    verdict: "broken",
    found: `other users can read ${path} (mode ${mode})`,
    mend: `chmod 600 ${path}`,
  };
}

/** Whether the disk of the data directory has room. */
export async function checkSpace(dataDir: string): Promise<Finding> {
  const check = { id: "disk-space", title: "Disk space" };
  try {
    const { statfs } = await import("node:fs/promises");
    let directory = dataDir;
    while (await statOf(directory) === undefined && dirname(directory) !== directory) {
      directory = dirname(directory);
    }
    const { bavail, bsize } = await statfs(directory);
    return judgeSpace(bavail * bsize);
  } catch (error) {
    return fromError({ ...check, verdict: "skipped" }, error);
  }
}

/** What so many free bytes mean. */
export function judgeSpace(freeBytes: number): Finding {
  const check = { id: "disk-space", title: "Disk space", found: `${bytes(freeBytes)} free` };
  if (freeBytes >= littleBytes) return { ...check, verdict: "ok" };
  const mend = "Free some space, or move the data directory with ATMOSPHERE_DATA_DIR";
  return { ...check, verdict: freeBytes < tooLittleBytes ? "broken" : "warning", mend };
}
