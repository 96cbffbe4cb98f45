/**
 * Paths and addresses of databases.
 *
 * @module
 */

/** The `file:` URL of a path, as libSQL takes it. */
export function fileUrl(path: string): string {
  return `file:${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** The path in a `file:` URL that {@linkcode fileUrl} made. */
export function filePath(url: string): string {
  return decodeURIComponent(url.slice("file:".length));
}
