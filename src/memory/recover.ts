/**
 * The way out of a damaged file: it is set aside, and what it still holds goes into a new one.
 *
 * @module
 */

import { Database } from "./database/database.ts";
import { checkNotNewer } from "./database/migrations.ts";
import { fileUrl } from "./database/place.ts";
import type { NewItem } from "./types.ts";
import { AtmosphereError } from "../core/errors.ts";
import { createMemory, type Memory, type MemoryOptions } from "./memory.ts";

/** What {@linkcode recoverMemory} has done. */
export interface RecoveryReport {
  /** The damaged file, untouched under its new name. */
  readonly backup: string;
  /** Items in the new file. */
  readonly recovered: number;
  /** Items that could not be read; former versions are not counted. */
  readonly lost: number;
}

/** Does nothing where the file is not there: a database that was closed well has no log beside it. */
async function ifThere(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Adds what can be added, one by one where a batch is refused; how many that were. */
async function addAll(
  memory: Memory,
  options: { collection: string; items: readonly NewItem[] },
): Promise<number> {
  const { collection, items } = options;
  try {
    await memory.add(items, { collection });
    return items.length;
  } catch (error) {
    if (!(error instanceof AtmosphereError) || error.code !== "invalid_request") throw error;
    if (items.length === 1) return 0;
    let added = 0;
    for (const item of items) added += await addAll(memory, { collection, items: [item] });
    return added;
  }
}

/** A file of a newer version is whole, and would be taken for one that holds nothing. */
async function refuseNewer(path: string): Promise<void> {
  const database = await Database.open({ url: fileUrl(path) }).catch(() => undefined);
  if (database === undefined) return; // Damaged, which is what this is for.
  try {
    await checkNotNewer(database);
  } finally {
    await database.close();
  }
}

/**
 * Sets the file `options.path` aside and copies what it still holds into a new one of that name.
 * Former versions of items are not copied. No other process may have the file open.
 *
 * Texts whose vectors are lost are embedded again, if there is an embedder. Throws `database_failed`
 * and changes nothing when the file is of a newer version.
 */
export async function recoverMemory(
  options: MemoryOptions & { readonly path: string },
): Promise<RecoveryReport> {
  const now = (options.clock ?? { now: Date.now }).now();
  const backup = `${options.path}.damaged-${new Date(now).toISOString().replaceAll(":", "")}`;
  // Reading a database can write to it, so that the copy is read and the original stays as it was.
  const copy = `${backup}.copy`;
  await using _removed = {
    [Symbol.asyncDispose]: async () => {
      for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(copy + suffix).catch(() => {});
    },
  };
  await Deno.copyFile(options.path, copy);
  await ifThere(Deno.copyFile(`${options.path}-wal`, `${copy}-wal`));
  await refuseNewer(copy);
  await Deno.rename(options.path, backup);
  await ifThere(Deno.rename(`${options.path}-wal`, `${backup}-wal`));
  await ifThere(Deno.remove(`${options.path}-shm`));
  await using memory = await createMemory(options);
  let recovered = 0;
  let lost = 0;
  for (let from: number | undefined = 1; from !== undefined;) {
    const page = await memory.salvage(fileUrl(copy), from);
    for (const { name, ...rest } of page.collections) await memory.createCollection(name, rest);
    lost += page.lost;
    const byCollection = Map.groupBy(page.items, ({ collection }) => collection);
    for (const [collection, entries] of byCollection) {
      const saved = await addAll(memory, { collection, items: entries.map(({ item }) => item) });
      recovered += saved;
      lost += entries.length - saved;
    }
    from = page.next;
  }
  return { backup, recovered, lost };
}
