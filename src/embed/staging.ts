/**
 * A folder to work in beside the one that is made. A process that is killed leaves its own behind;
 * the next one removes it.
 *
 * @module
 */

import { join } from "../core/path.ts";

const prefix = ".preparing-";
const lockSuffix = ".lock";
/** A folder without a lock is somebody's who is just starting, unless it is this old. */
const abandonedAfterMs = 3_600_000;

/** A folder of one's own; disposing of it removes it where it still is. */
export interface Staging extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a folder in `parent` that others leave alone as long as this process lives, and removes
 * those of processes that have ended.
 */
export async function makeStaging(parent: string): Promise<Staging> {
  await removeAbandoned(parent);
  const path = join(parent, `${prefix}${crypto.randomUUID().slice(0, 8)}`);
  // Beside the folder and not in it: Windows renames no folder with an open file.
  const lockPath = `${path}${lockSuffix}`;
  const lock = await Deno.open(lockPath, { write: true, createNew: true });
  try {
    await lock.lock(true);
    await Deno.mkdir(path, { mode: 0o755 });
  } catch (error) {
    lock.close();
    await Deno.remove(lockPath).catch(() => {});
    throw error;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true }).catch(() => {});
      lock.close();
      await Deno.remove(lockPath).catch(() => {});
    },
  };
}

async function removeAbandoned(parent: string): Promise<void> {
  const names = new Set<string>();
  for await (const { name } of Deno.readDir(parent)) if (name.startsWith(prefix)) names.add(name);
  for (const name of names) {
    const path = join(parent, name);
    const isGone = name.endsWith(lockSuffix)
      ? await isUnlocked(path)
      : !names.has(`${name.replace(/-outdated$/, "")}${lockSuffix}`) && await isOld(path);
    if (!isGone) continue;
    const folder = name.endsWith(lockSuffix) ? path.slice(0, -lockSuffix.length) : path;
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    if (folder !== path) {
      await Deno.remove(`${folder}-outdated`, { recursive: true }).catch(() => {});
      await Deno.remove(path).catch(() => {});
    }
  }
}

async function isUnlocked(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path, { write: true });
    return await file.tryLock(true);
  } catch {
    return false; // Removed by its owner meanwhile, or another user's.
  }
}

async function isOld(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  return info?.mtime !== undefined && info.mtime !== null &&
    Date.now() - info.mtime.getTime() > abandonedAfterMs;
}
