/**
 * PDF by pages and paragraphs, through unpdf, which is loaded when the first one is read.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { Block } from "./block.ts";

/** A run of text on a page, as PDF.js gives it. */
interface TextRun {
  readonly str?: string;
  readonly hasEOL?: boolean;
  readonly transform?: readonly number[];
  readonly height?: number;
}

interface TextLine {
  text: string;
  /** Distance from the page's bottom. */
  readonly y: number;
  readonly height: number;
}

function toLines(runs: readonly TextRun[]): TextLine[] {
  const lines: TextLine[] = [];
  let fresh = true;
  for (const run of runs) {
    if (run.str === undefined) continue;
    if (fresh && run.str.trim() !== "") {
      lines.push({ text: "", y: run.transform?.[5] ?? 0, height: run.height ?? 0 });
      fresh = false;
    }
    const line = lines.at(-1);
    if (line !== undefined) line.text += run.str;
    if (run.hasEOL === true) fresh = true;
  }
  return lines;
}

/** Lines as paragraphs: a gap of more than one and a half lines parts them. */
function toParagraphs(lines: readonly TextLine[]): string[] {
  const paragraphs: string[] = [];
  let open = "";
  let before: TextLine | undefined;
  for (const line of lines) {
    const text = line.text.trim();
    const gap = before === undefined ? 0 : Math.abs(before.y - line.y);
    const parted = before !== undefined && before.height > 0 && gap > 1.8 * before.height;
    if (parted && open !== "") {
      paragraphs.push(open);
      open = "";
    }
    // A word that was cut at the line's end is put together again.
    if (/\p{Ll}-$/u.test(open) && /^\p{Ll}/u.test(text)) open = open.slice(0, -1) + text;
    else open = open === "" ? text : `${open} ${text}`;
    before = line;
  }
  return open === "" ? paragraphs : [...paragraphs, open];
}

/** Paragraphs of a PDF. Throws `invalid_request` when it can't be read, as with a password. */
export async function readPdf(bytes: Uint8Array): Promise<Block[]> {
  const { getDocumentProxy } = await import("unpdf");
  const blocks: Block[] = [];
  try {
    // The library takes the bytes over, so that it gets its own.
    const document = await getDocumentProxy(bytes.slice(), { verbosity: 0 });
    try {
      for (let page = 1; page <= document.numPages; page++) {
        const { items } = await (await document.getPage(page)).getTextContent();
        for (const text of toParagraphs(toLines(items as TextRun[]))) {
          blocks.push({ text, page, headings: [], verbatim: false });
        }
      }
    } finally {
      await document.loadingTask.destroy();
    }
  } catch (error) {
    throw new AtmosphereError("invalid_request", "The PDF can't be read", {
      cause: error,
      hint: "It may be damaged or need a password",
    });
  }
  return blocks;
}
