/** File paths of URLs, and the repository's files as git would take them. */
import { fileURLToPath } from "node:url";

/** The path of a `file:` URL on this system. */
export function fromFileUrl(url: URL | string): string {
  return fileURLToPath(url);
}

const root = new URL("../../", import.meta.url);
const skipped = new Set([".git", ".cache", "dist", "node_modules"]);

/** Paths of the repository's files below `folder`, relative to the root, sorted. */
export function repositoryFiles(folder = ""): string[] {
  const found: string[] = [];
  for (const entry of Deno.readDirSync(new URL(folder, root))) {
    if (skipped.has(entry.name) || entry.name === ".deno-npm.json") continue;
    const path = folder + entry.name;
    if (entry.isDirectory) found.push(...repositoryFiles(`${path}/`));
    else if (entry.isFile) found.push(path);
  }
  return found.sort();
}

/** The text of a file of the repository. */
export function readRepositoryFile(path: string): string {
  return Deno.readTextFileSync(new URL(path, root));
}
