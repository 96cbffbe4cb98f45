/**
 * Chunks as items.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { NewItem } from "../types.ts";
import type { Chunk } from "./chunk.ts";

/**
 * Chunks of the document `name` as items. A chunk's id comes from its text, so that the same text
 * is the same item wherever it moves in the document.
 */
export function chunkItems(name: string, chunks: readonly Chunk[]): NewItem[] {
  const seen = new Map<string, number>();
  return chunks.map(({ text, position }) => {
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return {
      id: `${name}#${hash}${count === 1 ? "" : `-${count}`}`,
      text,
      source: name,
      position,
    };
  });
}
