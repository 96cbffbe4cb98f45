/**
 * Adding documents: only chunks that changed are embedded and replaced.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { AddResult, ChunkOptions, DocumentReport, NewDocument, NewItem } from "../types.ts";
import type { Chunk } from "./chunk.ts";
import { readChunks } from "./read.ts";

/** What adding needs of the memory. */
export interface DocumentTarget {
  add(items: readonly NewItem[]): Promise<AddResult[]>;
  /** Takes every item of `source` away whose id is not in `keep`; how many. */
  retire(options: { source: string; namespace: string; keep: readonly string[] }): Promise<number>;
}

const batchItems = 64;

/**
 * Chunks as items of `document`. A chunk's id comes from its text, so that the same text is the
 * same item wherever it moves in the document.
 */
export function chunkItems(document: NewDocument, chunks: readonly Chunk[]): NewItem[] {
  const seen = new Map<string, number>();
  return chunks.map(({ text, position }) => {
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return {
      id: `${document.name}#${hash}${count === 1 ? "" : `-${count}`}`,
      text,
      source: document.name,
      position,
      ...(document.namespace === undefined ? {} : { namespace: document.namespace }),
      ...(document.metadata === undefined ? {} : { metadata: document.metadata }),
    };
  });
}

/** Adds `document` chunk by chunk. Interrupted, it can be repeated: what is there stays there. */
export async function addDocument(
  target: DocumentTarget,
  document: NewDocument,
  options: ChunkOptions & {
    readonly onProgress?: (done: number, all: number) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<DocumentReport> {
  const items = chunkItems(document, await readChunks(document, options));
  const counts = { added: 0, updated: 0, unchanged: 0 };
  for (let at = 0; at < items.length; at += batchItems) {
    options.signal?.throwIfAborted();
    const results = await target.add(items.slice(at, at + batchItems));
    for (const { status } of results) counts[status]++;
    options.onProgress?.(Math.min(items.length, at + batchItems), items.length);
  }
  const removed = await target.retire({
    source: document.name,
    namespace: document.namespace ?? "",
    keep: items.map(({ id }) => id!),
  });
  return { source: document.name, chunks: items.length, ...counts, removed };
}
