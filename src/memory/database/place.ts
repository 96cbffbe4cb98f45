/**
 * Paths and addresses of databases.
 *
 * @module
 */

/** The `file:` URL of a path, as libSQL takes it. */
export function fileUrl(path: string): string {
  return `file:${path.split("/").map(encodeURIComponent).join("/")}`;
}
