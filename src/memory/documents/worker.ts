/**
 * The thread that takes documents apart. Started by `reader.ts`.
 *
 * @module
 */

import { type ErrorRecord, toRecord } from "../error_record.ts";
import type { ChunkOptions, DocumentContent, NewItem } from "../types.ts";
import { chunkItems } from "./items.ts";
import { readChunks } from "./read.ts";

/** A document to take apart. */
export interface ReadRequest {
  readonly id: number;
  readonly document: DocumentContent;
  readonly chunking: ChunkOptions;
}

/** Some of a document's items; then that these were all, or why there are none. */
export type ReadAnswer =
  | { readonly id: number; readonly items: readonly NewItem[] }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly error: ErrorRecord };

/** What a module worker's global offers, without the library of the DOM. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ReadRequest>) => void) | null;
  postMessage(message: ReadAnswer): void;
}

// Many items in one message would hold up the thread that receives it.
const itemsAtOnce = 256;

const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data: { id, document, chunking } }) => {
  try {
    const items = chunkItems(document.name, await readChunks(document, chunking));
    for (let at = 0; at < items.length; at += itemsAtOnce) {
      scope.postMessage({ id, items: items.slice(at, at + itemsAtOnce) });
    }
    scope.postMessage({ id, done: true });
  } catch (error) {
    scope.postMessage({ id, error: toRecord(error) });
  }
};
