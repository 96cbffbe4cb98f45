/**
 * Adding documents: only chunks that changed are embedded and replaced.
 *
 * @module
 */

import type { AddResult, ChunkOptions, DocumentReport, NewDocument, NewItem } from "../types.ts";
import type { DocumentReader } from "./reader.ts";

/** What adding needs of the memory. */
export interface DocumentTarget {
  readonly reader: DocumentReader;
  add(items: readonly NewItem[]): Promise<AddResult[]>;
  /** Takes every item of `source` away whose id is not in `keep`; how many. */
  retire(options: { source: string; namespace: string; keep: readonly string[] }): Promise<number>;
}

const batchItems = 64;

/** What of `options` can be sent to a thread. */
function chunkingOf({ maxCharacters, overlapCharacters }: ChunkOptions): ChunkOptions {
  return {
    ...(maxCharacters === undefined ? {} : { maxCharacters }),
    ...(overlapCharacters === undefined ? {} : { overlapCharacters }),
  };
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
  const { metadata, namespace, ...content } = document;
  const chunks = await target.reader.items(content, {
    chunking: chunkingOf(options),
    signal: options.signal,
  });
  const items = chunks.map((item) => ({
    ...item,
    ...(namespace === undefined ? {} : { namespace }),
    ...(metadata === undefined ? {} : { metadata }),
  }));
  const counts = { added: 0, updated: 0, unchanged: 0 };
  for (let at = 0; at < items.length; at += batchItems) {
    options.signal?.throwIfAborted();
    const results = await target.add(items.slice(at, at + batchItems));
    for (const { status } of results) counts[status]++;
    options.onProgress?.(Math.min(items.length, at + batchItems), items.length);
  }
  const removed = await target.retire({
    source: document.name,
    namespace: namespace ?? "",
    keep: items.map(({ id }) => id!),
  });
  return { source: document.name, chunks: items.length, ...counts, removed };
}
