/**
 * Part of the executable alone: lays the sets of files that it carries out once, each in a folder
 * named by its content. The system's loader reads files only, and so does ONNX Runtime for weights.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { placesToDistances } from "../branches.ts";
import type { PackManifest } from "../pack.ts";
import { markUsed, removeStale } from "./stale_folders.ts";

const source = new URL("./packed/", import.meta.url);

/** The folders to try, best first: the user's cache, else the system's temporary one. */
function cacheRoots(): string[] {
  const explicit = Deno.env.get("ATMOSPHERE_CACHE_DIR");
  if (explicit) return [explicit];
  const home = homedir();
  const user = Deno.build.os === "windows"
    ? Deno.env.get("LOCALAPPDATA") ?? join(home, "AppData", "Local")
    : Deno.build.os === "darwin"
    ? join(home, "Library", "Caches")
    : Deno.env.get("XDG_CACHE_HOME") ?? join(home, ".cache");
  return [
    join(user, "atmosphere"),
    join(tmpdir(), `atmosphere-${Deno.uid() ?? "user"}`),
  ];
}

/** The path of the entry of the set `name`, which is laid out first when it is not there whole. */
export function layOut(name: string): string {
  const manifest: PackManifest = JSON.parse(
    readFileSync(new URL("manifest.json", source), "utf8"),
  );
  const set = manifest[name];
  if (set === undefined) throw new Error(`This executable carries no "${name}"`);
  const failures: string[] = [];
  for (const root of cacheRoots()) {
    const folder = join(root, `${name}-${set.hash}`);
    try {
      if (isWhole(folder, set)) {
        markUsed(folder, Date.now());
      } else {
        extract(name, { set, folder });
        removeStale(root, { name, keep: folder, nowMs: Date.now() });
      }
      return join(folder, set.entry);
    } catch (error) {
      failures.push(`${folder}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(
    `Laying out "${name}" failed (${
      failures.join("; ")
    }); set ATMOSPHERE_CACHE_DIR to a folder that can be written to`,
  );
}

type Entry = PackManifest[string];

/** Whether `folder` is this user's and holds every file unchanged. */
function isWhole(folder: string, set: Entry): boolean {
  if (!existsSync(join(folder, set.entry))) return false;
  if (!isOwn(folder)) throw new Error("the folder belongs to somebody else");
  // Content was checked when it was laid out; hashing it at each start would take 0.1 s.
  return set.files.every(({ name, sizeBytes }) =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.size === sizeBytes
  );
}

/** In a shared temporary folder somebody else could have laid a library in wait. */
function isOwn(folder: string): boolean {
  const uid = Deno.uid();
  if (uid === null) return true;
  const info = Deno.lstatSync(folder);
  return info.isDirectory && info.uid === uid && ((info.mode ?? 0) & 0o022) === 0;
}

function extract(name: string, { set, folder }: { set: Entry; folder: string }): void {
  const staging = `${folder}.${Deno.pid}.tmp`;
  mkdirSync(staging, { recursive: true, mode: 0o700 });
  chmodSync(staging, 0o700);
  try {
    for (const file of set.files) {
      const bytes = brotliDecompressSync(readFileSync(new URL(`${name}/${file.name}.br`, source)));
      if (file.isX86) placesToDistances(bytes);
      if (hash(bytes) !== file.sha256) throw new Error(`${file.name} is damaged`);
      mkdirSync(dirname(join(staging, file.name)), { recursive: true, mode: 0o700 });
      writeFileSync(join(staging, file.name), bytes, { mode: 0o700 });
    }
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    renameSync(staging, folder);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    // Another process was quicker: its result is as good.
    if (!isWhole(folder, set)) throw error;
  }
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
