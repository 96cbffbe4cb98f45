/**
 * Writing files such that a crash leaves the old one or the new one, never half of one.
 *
 * @module
 */

import { nameOf, parentOf, resolveIn } from "../core/path.ts";

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

/** Makes the directory's entries durable, where the system can. */
async function syncDirectory(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using directory = await Deno.open(path, { read: true });
  await directory.sync();
}

/** Writes `text` durably to a new file beside `path` and returns that file's path. */
async function writeBeside(path: string, text: string, mode: number): Promise<string> {
  const temporary = resolveIn(parentOf(path), `.${nameOf(path)}.${crypto.randomUUID()}.tmp`);
  using file = await Deno.open(temporary, { write: true, createNew: true, mode });
  try {
    await writeAll(file, new TextEncoder().encode(text));
    await file.sync();
  } catch (error) {
    await Deno.remove(temporary);
    throw error;
  }
  return temporary;
}

/** Replaces the file `path` by one with `text`, at once. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = await writeBeside(path, text, mode);
  try {
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary);
    throw error;
  }
  await syncDirectory(parentOf(path));
}

/**
 * Makes the file `path` with `text` if there is none; says whether it did.
 *
 * Of several that try at once exactly one does, and the others see its complete file.
 */
export async function createFile(path: string, text: string, mode: number): Promise<boolean> {
  const temporary = await writeBeside(path, text, mode);
  try {
    // Unlike a rename, a link never replaces what is there.
    await Deno.link(temporary, path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    return await createWithoutLinks(path, text, mode);
  } finally {
    await Deno.remove(temporary);
  }
  await syncDirectory(parentOf(path));
  return true;
}

/** The same where the file system has no hard links: still never over a file, but a crash can leave a part. */
async function createWithoutLinks(path: string, text: string, mode: number): Promise<boolean> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, { write: true, createNew: true, mode });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
  using opened = file;
  await writeAll(opened, new TextEncoder().encode(text));
  await opened.sync();
  return true;
}
