/**
 * libSQL's failures as errors that say what to do.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";

/** What was read is not what was ever written. */
export class DamagedError extends Error {
  /** Name of the class. */
  override readonly name = "DamagedError";
}

/** SQLite's result code of a failure, such as `SQLITE_BUSY`; undefined when it is none. */
export function sqliteCode(error: unknown): string | undefined {
  // Told by name, since the class is in a module that is loaded only when it is needed.
  return error instanceof Error && error.name.startsWith("Libsql") && "code" in error
    ? String(error.code)
    : undefined;
}

/** Whether another process held the lock, so that the same thing may work in a moment. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && /^SQLITE_(BUSY|LOCKED)/.test(code);
}

/** Whether the file itself is damaged. */
export function isCorrupt(error: unknown): boolean {
  if (error instanceof DamagedError) return true;
  const code = sqliteCode(error);
  return code !== undefined && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

/** Whether a server has refused the token, or that there was none. */
function isRefused(error: unknown): boolean {
  if (sqliteCode(error) === "AUTH") return true;
  const cause = (error as Error).cause;
  return cause instanceof Error && "status" in cause && [401, 403].includes(Number(cause.status));
}

/** A failure of the database named `place` as an `AtmosphereError`; others pass unchanged. */
export function databaseError(error: unknown, place: string): unknown {
  if (error instanceof AtmosphereError) return error;
  const code = error instanceof DamagedError ? "unreadable text" : sqliteCode(error);
  if (code === undefined) {
    if (error instanceof TypeError && /^https?:|^libsql:|^wss?:/.test(place)) {
      return new AtmosphereError("database_failed", `The database at ${place} can't be reached`, {
        cause: error,
        hint: "Check ATMOSPHERE_DATABASE_URL and that the server runs",
      });
    }
    return error;
  }
  const fail = (
    errorCode: "database_failed" | "insufficient_storage" | "data_dir_unusable",
    what: string,
    hint: string,
  ) => new AtmosphereError(errorCode, `${what} (${code})`, { cause: error, hint });
  if (isRefused(error)) {
    return fail(
      "database_failed",
      `The database ${place} refuses the token`,
      "Check ATMOSPHERE_DATABASE_TOKEN, or memory.databaseToken in the configuration",
    );
  }
  if (isBusy(error)) {
    return fail(
      "database_failed",
      `The database ${place} stayed locked by another process`,
      "Try again when the other process is done",
    );
  }
  if (isCorrupt(error)) {
    return fail(
      "database_failed",
      `The database ${place} is damaged`,
      "Stop every program that uses it and run `atmosphere memory recover`, which sets the file aside and saves what can be read",
    );
  }
  if (/^SQLITE_FULL/.test(code)) {
    return fail("insufficient_storage", `No space is left to write ${place}`, "Free some space");
  }
  if (/^SQLITE_IOERR/.test(code)) {
    return fail(
      "insufficient_storage",
      `Reading or writing ${place} failed`,
      "Check that the disk has space left and works",
    );
  }
  if (/^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/.test(code)) {
    return fail(
      "data_dir_unusable",
      `The database ${place} can't be opened for writing`,
      "Check that its directory exists and may be written",
    );
  }
  return fail("database_failed", `The database ${place} failed`, "The log has the details");
}
