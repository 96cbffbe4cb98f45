/**
 * Brings a release's executable into the place of the running one.
 *
 * The program may start no other one, so the new executable is not tried out: it is known by its
 * checksum, twice (the archive's, and its own as the release states it).
 *
 * @module
 */

import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { AtmosphereError } from "../../core/errors.ts";
import { fileInArchive } from "./archive.ts";
import { type Download, download, type DownloadOptions } from "./download.ts";
import { type Release, requireChecksum } from "./release.ts";
import { previousPath, swapIn } from "./swap.ts";

/** How far a download is. */
export interface Progress {
  readonly receivedBytes: number;
  /** Undefined when the server does not tell. */
  readonly totalBytes: number | undefined;
}

/** How to install. */
export interface InstallOptions extends DownloadOptions {
  /** The executable to replace; its folder is where everything is staged. */
  readonly executable: string;
  /** Hears of each piece that arrived. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Remains of an update that was killed are removed when they are this old. */
const abandonedMs = 3_600_000;
const executableBytesLimit = 2_000_000_000;

/**
 * Downloads, checks, stages and renames. The executable that was there is kept as
 * {@linkcode previousPath} says. Whatever fails, the old one stays in place and nothing else remains.
 *
 * Throws `update_failed`, `insufficient_storage`, or the signal's reason.
 */
export async function installRelease(release: Release, options: InstallOptions): Promise<string> {
  const folder = dirname(options.executable);
  const packed = join(folder, `.atmosphere.update.${Deno.pid}.tar.gz`);
  const staged = join(folder, `.atmosphere.update.${Deno.pid}`);
  try {
    await removeAbandoned(folder);
    const archive = await download(release.archive, options);
    const archiveSum = await writeFile(packed, watched(archive, options));
    requireChecksum(archiveSum, { name: release.archive, wanted: release.archiveSha256 });
    using file = await Deno.open(packed);
    const name = Deno.build.os === "windows" ? "atmosphere.exe" : "atmosphere";
    const sum = await writeFile(staged, fileInArchive(file.readable, name));
    requireChecksum(sum, { name: "the executable", wanted: release.executableSha256 });
    options.signal.throwIfAborted();
    if (Deno.build.os !== "windows") await Deno.chmod(staged, 0o755);
    await swapIn(staged, options.executable);
    return previousPath(options.executable);
  } catch (error) {
    throw explained(error, folder);
  } finally {
    await Promise.all([packed, staged].map((path) => Deno.remove(path).catch(() => {})));
  }
}

async function* watched(
  { chunks, sizeBytes: totalBytes }: Download,
  { onProgress }: InstallOptions,
): AsyncGenerator<Uint8Array> {
  let receivedBytes = 0;
  for await (const chunk of chunks) {
    receivedBytes += chunk.length;
    onProgress?.({ receivedBytes, totalBytes });
    yield chunk;
  }
}

/** Writes a new file, reaching the disk, and resolves to its SHA-256 in hexadecimal digits. */
async function writeFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  for await (const chunk of chunks) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > executableBytesLimit) {
      throw new AtmosphereError("update_failed", "The download is far larger than an executable");
    }
    let rest = chunk;
    while (rest.length > 0) rest = rest.subarray(await file.write(rest));
  }
  await file.sync();
  return hash.digest("hex");
}

async function removeAbandoned(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^\.atmosphere\.(update|back)\.\d+/.test(name)) continue;
    const path = join(folder, name);
    const { mtime } = await Deno.stat(path);
    if (Date.now() - (mtime?.getTime() ?? 0) > abandonedMs) await Deno.remove(path);
  }
}

/** What the file system says, with what to do about it. */
function explained(error: unknown, folder: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new AtmosphereError("insufficient_storage", `There is no space left in ${folder}`, {
      cause: error,
      hint: "Nothing was changed; an update needs about 300 MB for a moment",
    });
  }
  if (
    code === "EROFS" || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable
  ) {
    return new AtmosphereError("update_failed", `${folder} can't be written to`, {
      cause: error,
      hint:
        `Run the update as the user who owns ${folder}, or install into a folder of yours: install.sh --dir DIR`,
    });
  }
  return error;
}
