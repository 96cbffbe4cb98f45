/**
 * Plain text as paragraphs.
 *
 * @module
 */

import type { Block } from "./block.ts";

/** Paragraphs of `text`, which blank lines part. */
export function readPlain(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let start = 1;
  function end(): void {
    if (lines.length > 0) {
      blocks.push({
        text: lines.join("\n"),
        startLine: start,
        endLine: start + lines.length - 1,
        headings: [],
        verbatim: true,
      });
    }
    lines = [];
  }
  text.split(/\r\n|\r|\n/).forEach((line, i) => {
    if (line.trim() === "") {
      end();
      return;
    }
    if (lines.length === 0) start = i + 1;
    lines.push(line.trimEnd());
  });
  end();
  return blocks;
}
