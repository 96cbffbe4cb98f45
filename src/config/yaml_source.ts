/**
 * Reading YAML such that every mistake has its place and none quotes the text.
 *
 * The parser is loaded only when there is something to parse, for it is the slowest import of this room.
 *
 * @module
 */

import type { Document, LineCounter, Node, Pair } from "yaml";
import { type Mistake, type Path, showValue } from "./mistake.ts";

type Yaml = typeof import("yaml");

/** A parsed file. */
export interface YamlSource {
  readonly document: Document.Parsed;
  /** The content as plain data; undefined when there are `mistakes`. */
  readonly value: unknown;
  /** What keeps the text from being YAML. */
  readonly mistakes: readonly Mistake[];
  /** Where a value or, with `at: "key"`, its key starts in the text; what is around it when it is absent. */
  offset(path: Path, at?: "key" | "value"): number;
  /** `FILE:LINE:COLUMN` of an offset. */
  place(offset: number): string;
}

// What the parser's error codes mean to somebody who writes a configuration: what is there, and what
// should be. Its own messages quote the text, which may hold secrets.
const problems: Readonly<Record<string, readonly [found: string, expected: string]>> = {
  ALIAS_PROPS: ["an alias with an anchor or a tag", "the alias alone"],
  BAD_ALIAS: [
    "an alias of an anchor that does not exist",
    "an anchor before its alias, or quotes around the text",
  ],
  BAD_DIRECTIVE: ["a line that starts with %", "a setting or a comment"],
  BAD_DQ_ESCAPE: ["an escape that YAML does not know", "\\\\ for a backslash, or single quotes"],
  BAD_INDENT: ["a line that is indented otherwise than its neighbours", "equal indentation"],
  BAD_SCALAR_START: ["a value that starts with a reserved character", "quotes around the value"],
  BLOCK_AS_IMPLICIT_KEY: [
    "a setting inside a setting on one line",
    "a new, indented line, or quotes around the value",
  ],
  BLOCK_IN_FLOW: ["an indented block inside brackets", "a list or mapping in brackets"],
  DUPLICATE_KEY: ["for the second time", "each key once"],
  KEY_OVER_1024_CHARS: ["a key of more than 1024 characters", "a shorter key"],
  MISSING_CHAR: [
    "a missing character",
    "a closing quote or bracket, a comma, a colon or a space after it",
  ],
  MULTILINE_IMPLICIT_KEY: ["a key that goes over several lines", "KEY: VALUE"],
  MULTIPLE_DOCS: ["a second document", "one document"],
  NON_STRING_KEY: ["a key that is no text", "a name as the key"],
  RESOURCE_EXHAUSTION: ["nesting that is too deep", "a plain configuration"],
  TAB_AS_INDENT: ["a tab", "spaces as indentation"],
  TAG_RESOLVE_FAILED: ["a tag that is not known", "plain values without tags"],
};

const parseOptions = {
  prettyErrors: false,
  stringKeys: true,
  logLevel: "error",
  resolveKnownTags: false,
} as const;

/** Parses `text` for reading and for changing. */
export function parseDocument(
  yaml: Yaml,
  text: string,
  lineCounter?: LineCounter,
): Document.Parsed {
  return yaml.parseDocument(text, {
    ...parseOptions,
    ...(lineCounter === undefined ? {} : { lineCounter }),
  });
}

/** The key at `offset`, in quotes, where it looks like the name of a setting. */
function keyAt(text: string, offset: number): string {
  const match = /^["']?([A-Za-z][\w.-]{0,39})["']?\s*:/.exec(text.slice(offset, offset + 60));
  return match?.[1] === undefined ? "a key" : `the key "${match[1]}"`;
}

/** The value below `path` and the pair that holds it, aliases resolved. */
function find(
  yaml: Yaml,
  document: Document.Parsed,
  path: Path,
): { node: Node | null; pair: Pair<Node, Node | null> | undefined; depth: number } {
  let node = document.contents as Node | null;
  let pair: Pair<Node, Node | null> | undefined;
  let depth = 0;
  for (const key of path) {
    const target = yaml.isAlias(node) ? node.resolve(document) : node;
    if (yaml.isMap<Node, Node | null>(target)) {
      const found = target.items.find((item) => String(item.key) === String(key));
      if (found === undefined) break;
      pair = found;
      node = found.value;
    } else if (yaml.isSeq<Node>(target)) {
      const item = target.items[Number(key)];
      if (item === undefined) break;
      pair = undefined;
      node = item;
    } else break;
    depth++;
  }
  return { node, pair, depth };
}

/** Parses the content of `fileName`. Never throws for what is in `text`. */
export async function readYaml(text: string, fileName: string): Promise<YamlSource> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document = parseDocument(yaml, text, lines);

  function place(offset: number): string {
    const { line, col } = lines.linePos(offset);
    return `${fileName}:${line}:${col}`;
  }
  const mistakes: Mistake[] = [];
  let lastLine = 0;
  for (const error of [...document.errors, ...document.warnings]) {
    const [start] = error.pos;
    const { line } = lines.linePos(start);
    // What follows on the same line is mostly a consequence of the first problem there.
    if (line === lastLine) continue;
    lastLine = line;
    const [found, expected] = problems[error.code] ?? ["text that is not YAML", "KEY: VALUE"];
    const value = error.code === "DUPLICATE_KEY" ? `${keyAt(text, start)} ${found}` : found;
    mistakes.push({ path: "", value, expected, source: place(start) });
  }
  yaml.visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return;
      const [found, expected] = problems["BAD_ALIAS"]!;
      mistakes.push({ path: "", value: found, expected, source: place(node.range?.[0] ?? 0) });
    },
  });
  let value: unknown;
  if (mistakes.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch {
      // The parser refuses to expand aliases beyond all measure.
      mistakes.push({
        path: "",
        value: "too many aliases",
        expected: "a plain configuration",
        source: place(0),
      });
    }
  }
  return {
    document,
    value,
    mistakes,
    place,
    offset(path, at = "value") {
      const { node, pair, depth } = find(yaml, document, path);
      const complete = depth === path.length;
      const target = complete && at === "value" && node !== null ? node : pair?.key ?? node;
      return target?.range?.[0] ?? 0;
    },
  };
}

/** The mistake of a file whose content is no mapping. */
export function notAMapping(value: unknown, source: string): Mistake {
  return { path: "", value: showValue(value, []), expected: "a mapping of settings", source };
}
