/**
 * Whether a database is whole: its pages, its indexes and what belongs together.
 *
 * @module
 */

import { type Collection, readCollections } from "../collections.ts";
import type { Session } from "./database.ts";

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
  }
  return problems;
}
