/**
 * Part of the executable alone: of what earlier versions laid out, removes what nobody has used for
 * long, so that upgrades do not fill the disk.
 */
import { readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";

// An older version that still runs may not have loaded everything yet.
const unusedForMs = 30 * 24 * 60 * 60 * 1000;

/** Notes that a folder is in use. Where that can't be written, nothing is ever removed either. */
export function markUsed(folder: string, nowMs: number): void {
  try {
    utimesSync(folder, nowMs / 1000, nowMs / 1000);
  } catch {
    // A cache that somebody else filled, and that only they may write to.
  }
}

/** Removes the other folders of the set `name` below `root` that were last used 30 days ago. */
export function removeStale(
  root: string,
  { name, keep, nowMs }: { name: string; keep: string; nowMs: number },
): void {
  const ofSet = new RegExp(`^${name}-[0-9a-f]+(\\.\\d+\\.tmp)?$`);
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const folder = join(root, entry.name);
    if (!entry.isDirectory() || folder === keep || !ofSet.test(entry.name)) continue;
    try {
      if (nowMs - statSync(folder).mtimeMs > unusedForMs) rmSync(folder, { recursive: true });
    } catch {
      // Windows keeps what a process has loaded, and another process may be removing it as well.
    }
  }
}
