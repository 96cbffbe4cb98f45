/**
 * Blocks of a document as chunks: pieces that are embedded and found each on its own.
 *
 * @module
 */

import type { ChunkOptions, SourcePosition } from "../types.ts";
import type { Block } from "./block.ts";

/** A piece of a document. */
export interface Chunk {
  /** The headings above it as one line, a blank line, and the piece itself. */
  readonly text: string;
  readonly position: SourcePosition;
}

/** A part of a block that fits a chunk. */
interface Piece {
  readonly text: string;
  readonly startLine?: number;
  readonly endLine?: number;
  readonly page?: number;
}

// 1,000 characters of English are about 220 tokens: what small models read at once is 256.
const defaultMaxCharacters = 1000;
const defaultOverlapCharacters = 120;

function sentences(text: string): string[] {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Cuts text that has no better place to be cut. Surrogate pairs stay whole. */
function slices(text: string, size: number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + size);
    const space = text.lastIndexOf(" ", end - 1);
    if (end < text.length && space > at + size / 2) end = space + 1;
    if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1]!)) end--;
    parts.push(text.slice(at, Math.max(end, at + 1)));
    at = Math.max(end, at + 1);
  }
  return parts;
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

/** A block in parts of at most `max` characters, cut between lines (of code) or sentences. */
function toPieces(block: Block, max: number): Piece[] {
  const { startLine, endLine, page, text } = block;
  const place = {
    ...(startLine === undefined ? {} : { startLine }),
    ...(endLine === undefined ? {} : { endLine }),
    ...(page === undefined ? {} : { page }),
  };
  if (text.length <= max) return [{ ...place, text }];
  // Only where the text has the source's own line breaks can its parts be told apart by lines.
  const counted = startLine !== undefined && newlines(text) === endLine! - startLine;
  const units = (block.verbatim ? text.split(/(?<=\n)/) : sentences(text))
    .flatMap((unit) => slices(unit, max));
  const pieces: Piece[] = [];
  let line = startLine ?? 0;
  let open = "";
  let first = line;
  function end(): void {
    const lead = newlines(/^\s*/.exec(open)![0]);
    const body = open.trim();
    if (body !== "") {
      pieces.push({
        ...place,
        ...(counted ? { startLine: first + lead, endLine: first + lead + newlines(body) } : {}),
        text: block.verbatim ? open.replace(/^\n+|\s+$/g, "") : body,
      });
    }
    open = "";
    first = line;
  }
  for (const unit of units) {
    if (open.length + unit.trimEnd().length > max) end();
    open += unit;
    line += newlines(unit);
  }
  end();
  return pieces;
}

/** The last whole sentences or lines of `text` within `size` characters; "" when none fit. */
function tail(text: string, size: number): string {
  const units = text.includes("\n") ? text.split(/(?<=\n)/) : sentences(text);
  let kept = "";
  for (const unit of units.toReversed()) {
    if (kept.length + unit.length > size) break;
    kept = unit + kept;
  }
  return kept.trim();
}

function toChunk(
  pieces: readonly Piece[],
  options: { headings: readonly string[]; lead: string },
): Chunk {
  const { headings, lead } = options;
  const first = pieces[0]!;
  const last = pieces.at(-1)!;
  const body = [...(lead === "" ? [] : [lead]), ...pieces.map(({ text }) => text)].join("\n\n");
  return {
    text: headings.length === 0 ? body : `${headings.join(" › ")}\n\n${body}`,
    position: {
      ...(first.startLine === undefined ? {} : { startLine: first.startLine }),
      ...(last.endLine === undefined ? {} : { endLine: last.endLine }),
      ...(first.page === undefined ? {} : { page: first.page }),
      ...(headings.length === 0 ? {} : { headings }),
    },
  };
}

/**
 * Chunks of a document. One holds blocks of one section (and page) only; within a section the next
 * one repeats the end of the one before.
 */
export function toChunks(blocks: readonly Block[], options: ChunkOptions = {}): Chunk[] {
  const max = options.maxCharacters ?? defaultMaxCharacters;
  const overlap = Math.min(options.overlapCharacters ?? defaultOverlapCharacters, max / 2);
  const chunks: Chunk[] = [];
  let open: Piece[] = [];
  let size = 0;
  let lead = "";
  let headings: readonly string[] = [];
  let section = "";
  function end(): void {
    if (open.length === 0) return;
    chunks.push(toChunk(open, { headings, lead }));
    lead = overlap > 0 ? tail(open.at(-1)!.text, overlap) : "";
    size = lead.length;
    open = [];
  }
  for (const block of blocks) {
    const here = JSON.stringify([block.headings, block.page]);
    if (here !== section) {
      end();
      [section, headings, lead, size] = [here, block.headings, "", 0];
    }
    for (const piece of toPieces(block, max - overlap)) {
      if (open.length > 0 && size + piece.text.length + 2 > max) end();
      open.push(piece);
      size += piece.text.length + 2;
    }
  }
  end();
  return chunks;
}
