/**
 * Whether a database is whole: its pages, its indexes and what belongs together.
 *
 * @module
 */

import { type Collection, readCollections } from "../collections.ts";
import { contentHash } from "../items/prepare.ts";
import type { Row, Session } from "./database.ts";
import { DamagedError } from "./errors.ts";
import { readTexts } from "./texts.ts";

const pageItems = 256;

async function count(session: Session, sql: string): Promise<number> {
  const [row] = await session.query(`SELECT count(*) AS n FROM ${sql}`);
  return Number(row?.["n"]);
}

async function verifyCollection(session: Session, collection: Collection): Promise<string[]> {
  const n = collection.number;
  const problems: string[] = [];
  const items = await count(session, `items WHERE collection_id = ${n}`);
  const worded = await count(session, `words_${n}_docsize`);
  if (worded !== items) {
    problems.push(`"${collection.name}" has ${items} items and words of ${worded}`);
  }
  if (collection.space.kind === "none") return problems;
  const vectors = await count(
    session,
    `vectors_${n} AS v JOIN items AS i ON i.seq = v.seq AND i.collection_id = ${n}`,
  );
  const all = await count(session, `vectors_${n}`);
  if (vectors !== items || all !== items) {
    problems.push(
      `"${collection.name}" has ${items} items, vectors of ${vectors} and ${all} in all`,
    );
  }
  return problems;
}

/** Whether an item's content is what its hash says; `own` is its vector where that is content. */
function isAsWritten(row: Row, own: ArrayBuffer | undefined): boolean {
  const hash = contentHash({
    text: String(row["text"]),
    metadata: String(row["metadata"]),
    source: row["source"] === null ? null : String(row["source"]),
    ...(own === undefined ? {} : { own: new Float32Array(own) }),
  });
  return hash === row["hash"];
}

/** Vectors that callers brought, by number; none where they were computed from the text. */
async function ownVectors(
  session: Session,
  collection: Collection,
  range: { after: number; last: number },
): Promise<Map<number, ArrayBuffer>> {
  if (collection.space.kind !== "own") return new Map();
  const rows = await session.query(
    `SELECT seq, vector FROM vectors_${collection.number} WHERE seq > ? AND seq <= ?`,
    [range.after, range.last],
  );
  return new Map(rows.map((row) => [Number(row["seq"]), row["vector"] as ArrayBuffer]));
}

/** Items whose content is not what was written: a page that was overwritten may look whole. */
async function verifyContents(session: Session, collection: Collection): Promise<string[]> {
  const problems: string[] = [];
  for (let after = 0;;) {
    const seqs = (await session.query(
      "SELECT seq FROM items WHERE collection_id = ? AND seq > ? ORDER BY seq LIMIT ?",
      [collection.number, after, pageItems],
    )).map((row) => Number(row["seq"]));
    const last = seqs.at(-1);
    if (last === undefined) return problems;
    try {
      const rows = await readTexts(session, {
        columns: ["seq", "id", "text", "metadata", "source", "hash"],
        from: "items WHERE collection_id = ? AND seq > ? AND seq <= ?",
        args: [collection.number, after, last],
      });
      const vectors = await ownVectors(session, collection, { after, last });
      for (const row of rows) {
        if (isAsWritten(row, vectors.get(Number(row["seq"])))) continue;
        problems.push(`"${collection.name}": item "${row["id"]}" is not as it was written`);
      }
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      problems.push(`"${collection.name}": ${error.message}, in rows ${seqs[0]} to ${last}`);
    }
    after = last;
  }
}

/** What is wrong with the database; nothing when the list is empty. Reads all of a file. */
export async function verify(session: Session, options: { remote: boolean }): Promise<string[]> {
  const problems: string[] = [];
  if (!options.remote) {
    for (const row of await session.query("PRAGMA integrity_check(10)")) {
      const [value] = Object.values(row);
      if (value !== "ok") problems.push(String(value));
    }
  }
  for (const collection of (await readCollections(session)).values()) {
    problems.push(...await verifyCollection(session, collection));
    problems.push(...await verifyContents(session, collection));
  }
  return problems;
}
