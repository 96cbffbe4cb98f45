/**
 * Forgetting: items, their former versions, words, vectors and codes leave the file.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { Collection } from "../collections.ts";
import type { Session } from "../database/database.ts";
import { scrubSegments } from "../search/segments.ts";
import type { ForgetSelection } from "../types.ts";
import { type CompiledScope, compileScope } from "../search/filter.ts";
import { type Change, removeStatements } from "./write.ts";

async function seqsOf(session: Session, scope: CompiledScope): Promise<number[]> {
  const [row] = await session.query(
    `SELECT json_group_array(seq) AS seqs FROM items WHERE ${scope.sql}`,
    scope.args,
  );
  return JSON.parse(String(row?.["seqs"]));
}

async function remove(
  session: Session,
  options: { collection: Collection; seqs: readonly number[] },
): Promise<Change> {
  const { collection, seqs } = options;
  if (seqs.length > 0) {
    // History has no key to an item but its id, which a former life may have had as well.
    await session.query(
      `DELETE FROM history WHERE collection_id = ? AND (namespace, id) IN
        (SELECT namespace, id FROM items WHERE seq IN (SELECT value FROM json_each(?)))`,
      [collection.number, JSON.stringify(seqs)],
    );
    await session.run(removeStatements(collection, seqs));
    await scrubSegments(session, { collection, seqs });
  }
  return { collection, added: [], removed: [...seqs] };
}

/** Deletes former versions of items that are gone, where the selection tells which those are. */
async function forgetHistory(
  session: Session,
  options: { collection: Collection; selection: ForgetSelection },
): Promise<void> {
  const { namespace, source, ids: _, all: __, ...rest } = options.selection;
  if (Object.values(rest).some((value) => value !== undefined)) return;
  await session.query(
    `DELETE FROM history WHERE collection_id = ? AND namespace = coalesce(?, namespace)
      AND (? IS NULL OR source = ?)`,
    [options.collection.number, namespace ?? null, source ?? null, source ?? null],
  );
}

/** Forgets what `selection` names, former versions included; how many items that were. */
export async function forgetItems(
  session: Session,
  options: { collection: Collection; selection: ForgetSelection },
): Promise<{ forgotten: number; change: Change }> {
  const { collection, selection } = options;
  const { ids, all, ...scope } = selection;
  const compiled = compileScope(scope, collection.number);
  if (ids === undefined) {
    if (!compiled.narrow && all !== true) {
      throw new AtmosphereError("invalid_request", "Nothing says what to forget", {
        hint: "Name ids, a source, a namespace or a filter, or say that everything is meant",
      });
    }
    const seqs = await seqsOf(session, compiled);
    await forgetHistory(session, { collection, selection });
    return { forgotten: seqs.length, change: await remove(session, { collection, seqs }) };
  }
  const namespace = selection.namespace ?? "";
  const rows = await session.query(
    `SELECT seq FROM items WHERE ${compiled.sql} AND namespace = ?
      AND id IN (SELECT value FROM json_each(?))`,
    [...compiled.args, namespace, JSON.stringify(ids)],
  );
  const seqs = rows.map((row) => Number(row["seq"]));
  const change = await remove(session, { collection, seqs });
  // What is left of an id whose item was replaced or taken away earlier.
  await session.query(
    `DELETE FROM history WHERE collection_id = ? AND namespace = ?
      AND id IN (SELECT value FROM json_each(?))`,
    [collection.number, namespace, JSON.stringify(ids)],
  );
  return { forgotten: seqs.length, change };
}

/** Forgets every item whose time has come. */
export async function expireItems(
  session: Session,
  options: { collections: readonly Collection[]; nowMs: number },
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const collection of options.collections) {
    const [row] = await session.query(
      `SELECT json_group_array(seq) AS seqs FROM items WHERE collection_id = ? AND expires_at <= ?`,
      [collection.number, options.nowMs],
    );
    const seqs: number[] = JSON.parse(String(row?.["seqs"]));
    if (seqs.length > 0) changes.push(await remove(session, { collection, seqs }));
  }
  return changes;
}
