/**
 * Changing one value in a YAML text and nothing else.
 *
 * A change is first tried on the text itself, so that every byte beside it stays; the result counts
 * only if it parses to what was meant. What is too intricate for that goes through the parsed
 * document, which keeps comments but lays the text out anew.
 *
 * @module
 */

import type { Document, Node, YAMLMap, YAMLSeq } from "yaml";
import { AtmosphereError } from "../core/errors.ts";
import { configError, type Path, pathText } from "./mistake.ts";
import { coerceScalar, nodeAt, unwrap } from "./schema_walk.ts";
import { parseDocument, readYaml } from "./yaml_source.ts";

type Yaml = typeof import("yaml");

/** A value as it is typed on the command line, in the type of the setting `path`. */
export async function parseValue(text: string, path: Path): Promise<unknown> {
  const node = unwrap(nodeAt(path)!);
  const isMapping = node.entries !== undefined || node.value !== undefined;
  if (node.item === undefined && !isMapping) return coerceScalar(node, text);
  const item = node.item === undefined ? undefined : unwrap(node.item);
  const isPlainList = item !== undefined && item.entries === undefined;
  if (isPlainList && !text.trimStart().startsWith("[")) {
    return text.split(",").map((part) => part.trim()).filter((part) => part !== "")
      .map((part) => coerceScalar(item, part));
  }
  const source = await readYaml(text, "new value");
  if (source.mistakes.length > 0) throw configError(source.mistakes);
  return source.value;
}

interface Edit {
  readonly yaml: Yaml;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly path: Path;
  readonly value: unknown;
}

/** The text of one value, without its line feed; undefined when it takes several lines. */
function valueText(yaml: Yaml, value: unknown): string | undefined {
  const text = yaml.stringify(value, { lineWidth: 0 }).trimEnd();
  return text.includes("\n") ? undefined : text;
}

function column(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

/** The end of the line that `offset` is on, before its line feed. */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  if (at === -1) return text.length;
  return text[at - 1] === "\r" ? at - 1 : at;
}

/** Puts `block` on lines of its own, indented, after the line that `offset` is on. */
function insertAfter(text: string, offset: number, block: string, indent: number): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = block.trimEnd().split("\n").map((line) => " ".repeat(indent) + line).join(eol);
  const afterBreak = offset > 0 && text[offset - 1] === "\n";
  const at = afterBreak ? offset : lineEnd(text, offset);
  const before = at > 0 && !afterBreak ? eol : "";
  const after = afterBreak || at === text.length ? eol : "";
  return text.slice(0, at) + before + lines + after + text.slice(at);
}

/** Where the last thing in `node` ends. */
function contentEnd(yaml: Yaml, node: Node | null, fallback: number): number {
  if (node === null) return fallback;
  if (yaml.isMap<Node, Node | null>(node) && !node.flow && node.items.length > 0) {
    const { key, value } = node.items.at(-1)!;
    return contentEnd(yaml, value, key.range?.[1] ?? fallback);
  }
  if (yaml.isSeq<Node>(node) && !node.flow && node.items.length > 0) {
    return contentEnd(yaml, node.items.at(-1)!, fallback);
  }
  return node.range?.[1] ?? fallback;
}

/** Replaces a value on one line by another. */
function replaceScalar({ yaml, text, value }: Edit, node: Node | null): string | undefined {
  const range = node?.range;
  if (!yaml.isScalar(node) || range === null || range === undefined) return undefined;
  if (node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL") return undefined;
  const replacement = valueText(yaml, value);
  if (replacement === undefined) return undefined;
  const [start, end] = range;
  // An absent value starts right after its colon.
  const space = start === end ? " " : "";
  return text.slice(0, start) + space + replacement + text.slice(end);
}

/** Adds what `path` still lacks below the deepest mapping or list that is there. */
function insert(edit: Edit): string | undefined {
  const { yaml, text, document, path, value } = edit;
  let node = document.contents as Node | null;
  let keyOffset: number | undefined;
  let depth = 0;
  for (; depth < path.length; depth++) {
    const key = path[depth]!;
    if (yaml.isMap<Node, Node | null>(node)) {
      const pair = node.items.find((item) => String(item.key) === String(key));
      if (pair === undefined) break;
      keyOffset = pair.key.range?.[0];
      node = pair.value;
    } else if (yaml.isSeq<Node>(node) && node.items[Number(key)] !== undefined) {
      node = node.items[Number(key)]!;
      keyOffset = undefined;
    } else break;
  }
  const rest = path.slice(depth);
  if (rest.length === 0) return replaceScalar(edit, node);
  const missing = rest.reduceRight<unknown>(
    (inner, key) => typeof key === "number" ? [inner] : { [key]: inner },
    value,
  );
  const block = yaml.stringify(missing, { lineWidth: 0 });
  if (node === null || (yaml.isScalar(node) && node.value === null)) {
    if (depth === 0) return insertAfter(text, text.length, block, 0);
    if (keyOffset === undefined) return undefined;
    return insertAfter(text, keyOffset, block, column(text, keyOffset) + 2);
  }
  if (!yaml.isCollection(node) || (node as YAMLMap | YAMLSeq).flow) return undefined;
  const first = yaml.isMap<Node>(node) ? node.items[0]?.key.range?.[0] : node.range?.[0];
  if (first === undefined) return undefined;
  return insertAfter(text, contentEnd(yaml, node, first), block, column(text, first));
}

/** Sets the value in the parsed document, making mappings where something else is in the way. */
function setInDocument(yaml: Yaml, document: Document.Parsed, { path, value }: Edit): void {
  for (let depth = 1; depth < path.length; depth++) {
    const prefix = path.slice(0, depth);
    const node = document.getIn(prefix, true);
    if (yaml.isAlias(node)) {
      throw new AtmosphereError(
        "invalid_request",
        `Could not set ${pathText(path)}: ${
          pathText(prefix)
        } is an alias of another part of the file`,
        { hint: "Change the file in an editor" },
      );
    }
    if (node === undefined || yaml.isCollection(node)) continue;
    document.setIn(prefix, document.createNode(typeof path[depth] === "number" ? [] : {}));
  }
  document.setIn(path, document.createNode(value));
}

/** `text` with the value at `path` set; throws `config_invalid` when it is not YAML. */
export async function applyEdit(text: string, path: Path, value: unknown): Promise<string> {
  const yaml = await import("yaml");
  const { document, mistakes } = await readYaml(text, "config.yaml");
  if (mistakes.length > 0) throw configError(mistakes);
  const edit: Edit = { yaml, text, document, path, value };

  const meant = parseDocument(yaml, text);
  setInDocument(yaml, meant, edit);
  const wanted = JSON.stringify(meant.toJS());
  const spliced = insert(edit);
  if (spliced !== undefined) {
    const result = parseDocument(yaml, spliced);
    const isClean = result.errors.length === 0 && result.warnings.length === 0;
    if (isClean && JSON.stringify(result.toJS()) === wanted) return spliced;
  }
  return meant.toString({ lineWidth: 0 });
}
