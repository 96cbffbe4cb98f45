/**
 * HTML by its structure, through htmlparser2.
 *
 * @module
 */

import { Parser } from "htmlparser2";
import type { Block } from "./block.ts";

const blockElements = new Set(
  ("address article aside blockquote body caption dd details dialog div dl dt fieldset figcaption figure footer " +
    "form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table td th tr ul")
    .split(" "),
);
const silentElements = new Set([
  "script",
  "style",
  "noscript",
  "template",
  "svg",
  "head",
  "iframe",
]);

/** Numbers of lines by offset into the text. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (; at < offset && at < text.length; at++) if (text[at] === "\n") line++;
    return line;
  };
}

/** Blocks of an HTML page; what a reader does not see is left out. */
export function readHtml(html: string): Block[] {
  const blocks: Block[] = [];
  const lineAt = lineCounter(html);
  let headings: { level: number; title: string }[] = [];
  let text = "";
  let start = 1;
  let last = 1;
  let silent = 0;
  let pre = 0;

  function end(heading?: number): void {
    const body = pre > 0 ? text.replace(/^\n+|\s+$/g, "") : text.replace(/\s+/g, " ").trim();
    text = "";
    if (body === "") return;
    if (heading !== undefined) {
      headings = [...headings.filter(({ level }) => level < heading), {
        level: heading,
        title: body,
      }];
      return;
    }
    blocks.push({
      text: body,
      startLine: start,
      endLine: last,
      headings: headings.map(({ title }) => title),
      verbatim: pre > 0,
    });
  }

  const parser = new Parser({
    onopentagname(name) {
      if (silentElements.has(name)) silent++;
      if (name === "br") text += pre > 0 ? "\n" : " ";
      if (!blockElements.has(name)) return;
      end();
      if (name === "pre") pre++;
    },
    ontext(part) {
      if (silent > 0) return;
      if (part.trim() === "") {
        text += part;
        return;
      }
      const from = lineAt(parser.startIndex);
      if (text.trim() === "") start = from + (/^\s*/.exec(part)![0].match(/\n/g)?.length ?? 0);
      text += part;
      const trailing = /\s*$/.exec(part)![0].match(/\n/g)?.length ?? 0;
      last = Math.max(start, lineAt(parser.endIndex + 1) - trailing);
    },
    onclosetag(name) {
      if (silentElements.has(name)) silent = Math.max(0, silent - 1);
      if (!blockElements.has(name)) return;
      const level = /^h([1-6])$/.exec(name)?.[1];
      end(level === undefined ? undefined : Number(level));
      if (name === "pre") pre = Math.max(0, pre - 1);
    },
  }, { decodeEntities: true, lowerCaseTags: true });
  parser.end(html);
  end();
  return blocks;
}
