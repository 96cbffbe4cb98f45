/**
 * The documents below a path.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { fileError } from "./memory_options.ts";

/** Endings of files that are taken from a directory without being named. */
const documentEndings = /\.(md|markdown|mdx|txt|text|rst|adoc|org|html?|xhtml|pdf)$/i;
/** Directories that hold what other programs have made. */
const skippedNames: ReadonlySet<string> = new Set([
  "node_modules",
  "target",
  "dist",
  "__pycache__",
]);

/**
 * Absolute paths of the documents at `path`, sorted: itself, or what is below a directory without
 * hidden files and what programs make. Throws `not_found`.
 */
export async function findDocuments(
  path: string,
  options: { readonly all: boolean },
): Promise<string[]> {
  const root = resolve(path);
  const found: string[] = [];
  async function visit(directory: string): Promise<void> {
    const entries = await Array.fromAsync(Deno.readDir(directory));
    for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      if (entry.name.startsWith(".") || skippedNames.has(entry.name)) continue;
      const inner = join(directory, entry.name);
      // A link could lead out of the directory, or round in it.
      if (entry.isDirectory) await visit(inner);
      else if (entry.isFile && (options.all || documentEndings.test(entry.name))) found.push(inner);
    }
  }
  try {
    const { isDirectory } = await Deno.stat(root);
    if (!isDirectory) return [root];
    await visit(root);
    return found;
  } catch (error) {
    throw fileError(error, path);
  }
}
