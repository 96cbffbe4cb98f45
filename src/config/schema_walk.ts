/**
 * Finding one's way in the schema: what is at a path, which keys are known, which type a value has.
 *
 * @module
 */

import type { Path } from "./mistake.ts";
import { fileSchema } from "./schema.ts";

/** The parts of a schema that are read here. */
export interface SchemaNode {
  readonly type: string;
  /** The whole expectation. */
  readonly message?: string;
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly item?: SchemaNode;
  readonly value?: SchemaNode;
  readonly wrapped?: SchemaNode;
}

/** The schema of the whole file. */
export const rootNode: SchemaNode = fileSchema as unknown as SchemaNode;

/** Whether the setting may be absent. */
export function isOptional(node: SchemaNode): boolean {
  return node.type === "optional";
}

/** The schema itself, where `node` only says that it may be absent. */
export function unwrap(node: SchemaNode): SchemaNode {
  return node.wrapped === undefined ? node : unwrap(node.wrapped);
}

/** The schema of what `node` holds under `key`; undefined when it holds nothing there. */
export function childNode(node: SchemaNode, key: string | number): SchemaNode | undefined {
  const inner = unwrap(node);
  if (inner.entries !== undefined) {
    return Object.hasOwn(inner.entries, key) ? inner.entries[key] : undefined;
  }
  if (inner.item !== undefined) return /^\d+$/.test(String(key)) ? inner.item : undefined;
  return inner.value;
}

/** The schema of the setting `path`; undefined when there is no such setting. */
export function nodeAt(path: Path): SchemaNode | undefined {
  let node: SchemaNode | undefined = rootNode;
  for (const key of path) {
    if (node === undefined) return undefined;
    node = childNode(node, key);
  }
  return node;
}

/** Every setting outside lists, as `section.key`. */
export function settingNames(node: SchemaNode = rootNode, prefix = ""): string[] {
  const names: string[] = [];
  for (const [key, child] of Object.entries(unwrap(node).entries ?? {})) {
    const name = `${prefix}${key}`;
    if (unwrap(child).entries === undefined) names.push(name);
    else names.push(...settingNames(child, `${name}.`));
  }
  return names;
}

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/** A text from the environment or the command line as the type that `node` wants; itself if it has no such form. */
export function coerceScalar(node: SchemaNode, text: string): unknown {
  switch (unwrap(node).type) {
    case "number":
      return /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
    case "boolean":
      return words[text.trim().toLowerCase()] ?? text;
    default:
      return text;
  }
}
