/**
 * `node.json` in the data directory: how commands find the node that runs on it.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import { join } from "../core/path.ts";

/** Where the running node answers. */
export interface RunRecord {
  readonly peerId: string;
  readonly url: string;
  readonly pid: number;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
}

function runFile(dataDir: string): string {
  return join(dataDir, "node.json");
}

/**
 * Writes the record of a node that listens; dispose to remove it again. Throws `data_dir_unusable`.
 */
export async function writeRunRecord(
  dataDir: string,
  record: RunRecord,
): Promise<AsyncDisposable> {
  const path = runFile(dataDir);
  const temporary = `${path}.${record.pid}.tmp`;
  try {
    await Deno.writeTextFile(temporary, JSON.stringify(record, null, 2) + "\n", { mode: 0o600 });
    await Deno.rename(temporary, path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AtmosphereError("data_dir_unusable", `Could not write ${path}: ${reason}`, {
      cause,
      hint: "Let this user write to the data directory, or give another with --data-dir or " +
        "ATMOSPHERE_DATA_DIR",
    });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      const current = await readRunRecord(dataDir);
      // A node that started after this one owns the file now.
      if (current?.pid === record.pid) await Deno.remove(path).catch(() => {});
    },
  };
}

/** The record of the node that runs, or ran until it was killed, on `dataDir`. */
export async function readRunRecord(dataDir: string): Promise<RunRecord | undefined> {
  let record: unknown;
  try {
    record = JSON.parse(await Deno.readTextFile(runFile(dataDir)));
  } catch {
    return undefined; // Absent, or left half-written by a crash: no node to be found there.
  }
  return isRunRecord(record) ? record : undefined;
}

function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Record<string, unknown>;
  return typeof record.peerId === "string" && typeof record.url === "string" &&
    typeof record.pid === "number" && typeof record.startedAt === "string";
}
