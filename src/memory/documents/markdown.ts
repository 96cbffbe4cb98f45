/**
 * Markdown by its structure: headings, paragraphs, lists, tables and code blocks.
 *
 * It reads what CommonMark calls the block structure as far as chunks need it; inline markup stays
 * in the text as it is written.
 *
 * @module
 */

import type { Block } from "./block.ts";

const atxHeading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const setextUnderline = /^ {0,3}(=+|-+)[ \t]*$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;

/** Headings in force, by level. */
class HeadingPath {
  #entries: { level: number; title: string }[] = [];

  open(level: number, title: string): void {
    this.#entries = [...this.#entries.filter((entry) => entry.level < level), { level, title }];
  }

  get titles(): string[] {
    return this.#entries.map(({ title }) => title).filter((title) => title !== "");
  }
}

/** Line after front matter in YAML, from 0; 0 when there is none. */
function frontMatterEnd(lines: readonly string[]): number {
  if (lines[0] !== "---") return 0;
  const end = lines.findIndex((line, i) => i > 0 && /^(---|\.\.\.)\s*$/.test(line));
  return end < 0 ? 0 : end + 1;
}

/** Blocks of a Markdown text. */
export function readMarkdown(text: string): Block[] {
  const lines = text.split(/\r\n|\r|\n/);
  const blocks: Block[] = [];
  const path = new HeadingPath();
  let open: string[] = [];
  let start = 0;
  let fenceMark: string | undefined;

  function end(verbatim: boolean): void {
    if (open.some((line) => line.trim() !== "")) {
      blocks.push({
        text: open.join("\n"),
        startLine: start + 1,
        endLine: start + open.length,
        headings: path.titles,
        verbatim,
      });
    }
    open = [];
  }

  for (let i = frontMatterEnd(lines); i < lines.length; i++) {
    const line = lines[i]!.trimEnd();
    if (fenceMark !== undefined) {
      open.push(line);
      const closes = fence.exec(line)?.[1];
      if (closes !== undefined && closes.startsWith(fenceMark) && line.trim() === closes) {
        fenceMark = undefined;
        end(true);
      }
      continue;
    }
    const heading = atxHeading.exec(line);
    const opensFence = fence.exec(line)?.[1];
    if (heading !== null) {
      end(false);
      path.open(heading[1]!.length, heading[2] ?? "");
    } else if (opensFence !== undefined) {
      end(false);
      fenceMark = opensFence;
      start = i;
      open = [line];
    } else if (setextUnderline.test(line) && open.length === 1) {
      const title = open[0]!.trim();
      open = [];
      path.open(line.trim().startsWith("=") ? 1 : 2, title);
    } else if (line.trim() === "") {
      end(false);
    } else {
      if (open.length === 0) start = i;
      open.push(line);
    }
  }
  end(fenceMark !== undefined);
  return blocks;
}
