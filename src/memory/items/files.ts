/**
 * Files that are kept whole, and which collections they are in.
 *
 * @module
 */

import type { Collection } from "../collections.ts";
import type { Session } from "../database/database.ts";
import { readTexts } from "../database/texts.ts";
import type { Attachment, StoredFile } from "../types.ts";

function iso(ms: unknown): string {
  return new Date(Number(ms)).toISOString();
}

/** Keeps a file. */
export async function putFile(
  session: Session,
  file: StoredFile & { readonly bytes: Uint8Array },
): Promise<void> {
  await session.query(
    "INSERT INTO files (file_id, name, purpose, size_bytes, created_at, data) VALUES (?, ?, ?, ?, ?, ?)",
    [
      file.id,
      file.name,
      file.purpose,
      file.sizeBytes,
      Date.parse(file.createdAt),
      new Uint8Array(file.bytes),
    ],
  );
}

/** Every file, latest first. */
export async function readFiles(session: Session): Promise<StoredFile[]> {
  const rows = await readTexts(session, {
    columns: ["file_id", "name", "purpose", "size_bytes", "created_at"],
    from: "files ORDER BY created_at DESC, file_id DESC",
  });
  return rows.map((row) => ({
    id: String(row["file_id"]),
    name: String(row["name"]),
    purpose: String(row["purpose"]),
    sizeBytes: Number(row["size_bytes"]),
    createdAt: iso(row["created_at"]),
  }));
}

/** The bytes of a file. */
export async function readFileBytes(
  session: Session,
  id: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const [row] = await session.query("SELECT data FROM files WHERE file_id = ?", [id]);
  return row === undefined ? undefined : new Uint8Array(row["data"] as ArrayBuffer);
}

/** Deletes a file and its places in collections; its chunks are items, forgotten as such. */
export async function dropFile(session: Session, id: string): Promise<void> {
  await session.query("DELETE FROM attachments WHERE file_id = ?", [id]);
  await session.query("DELETE FROM files WHERE file_id = ?", [id]);
}

/** Notes that a file is in a collection, or why it could not be put there. */
export async function putAttachment(
  session: Session,
  collection: Collection,
  attachment: Attachment,
): Promise<void> {
  await session.query(
    `INSERT OR REPLACE INTO attachments
      (collection_id, file_id, status, error, attributes, chunking, batch, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      collection.number,
      attachment.fileId,
      attachment.status,
      attachment.error ?? null,
      JSON.stringify(attachment.attributes),
      JSON.stringify(attachment.chunking),
      attachment.batch ?? null,
      Date.parse(attachment.createdAt),
    ],
  );
}

/** The files of a collection, latest first. */
export async function readAttachments(
  session: Session,
  collection: Collection,
): Promise<Attachment[]> {
  const rows = await readTexts(session, {
    columns: [
      "a.file_id",
      "a.status",
      "a.error",
      "a.attributes",
      "a.chunking",
      "a.batch",
      "a.created_at",
      "f.name",
      "f.size_bytes",
    ],
    from: `attachments AS a JOIN files AS f USING (file_id)
      WHERE a.collection_id = ? ORDER BY a.created_at DESC, a.file_id DESC`,
    args: [collection.number],
  });
  return rows.map((row) => ({
    fileId: String(row["file_id"]),
    name: String(row["name"]),
    collection: collection.name,
    status: row["status"] === "failed" ? "failed" : "completed",
    ...(row["error"] === null ? {} : { error: String(row["error"]) }),
    attributes: JSON.parse(String(row["attributes"])),
    sizeBytes: Number(row["size_bytes"]),
    chunking: JSON.parse(String(row["chunking"])),
    createdAt: iso(row["created_at"]),
    ...(row["batch"] === null ? {} : { batch: String(row["batch"]) }),
  }));
}

/** Notes that a file is in a collection no more. */
export async function dropAttachment(
  session: Session,
  collection: Collection,
  fileId: string,
): Promise<void> {
  await session.query("DELETE FROM attachments WHERE collection_id = ? AND file_id = ?", [
    collection.number,
    fileId,
  ]);
}
