/**
 * Reading text of a file that may be damaged.
 *
 * @module
 */

import { DamagedError } from "./errors.ts";
import type { Row, Session, SqlArgument } from "./database.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The JSON in a BLOB. Throws {@linkcode DamagedError} when it is none. */
export function parseBlob(blob: unknown): unknown {
  try {
    return JSON.parse(decoder.decode(blob as ArrayBuffer));
  } catch (cause) {
    throw new DamagedError("A text in the database is not what was written", { cause });
  }
}

/**
 * The rows of `SELECT columns FROM from`, none of which may be a BLOB.
 *
 * The client ends the whole process where a TEXT is not valid UTF-8. So texts come as JSON in a
 * BLOB, whose bytes are checked here. It is quicker as well than an object for each value.
 */
export async function readTexts(
  session: Session,
  select: {
    /** Columns, each with its table's alias or without. */
    readonly columns: readonly string[];
    /** What follows FROM. */
    readonly from: string;
    readonly args?: readonly SqlArgument[];
  },
): Promise<Row[]> {
  const { columns, from, args = [] } = select;
  const rows = await session.query(
    `SELECT CAST(json_array(${columns.join(", ")}) AS BLOB) AS texts FROM ${from}`,
    args,
  );
  const names = columns.map((column) => column.replace(/^.*\./, ""));
  return rows.map((row) => {
    const values = parseBlob(row["texts"]) as unknown[];
    return Object.fromEntries(names.map((name, i) => [name, values[i]]));
  });
}
