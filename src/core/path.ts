/**
 * The few operations on paths that a node needs to start.
 *
 * `node:path` would do, but its first import starts Deno's Node layer: 30 ms that every command would pay.
 *
 * @module
 */

const isWindows = Deno.build.os === "windows";

/** How paths are written: the system's own way unless a test says otherwise. */
export interface PathOptions {
  /** @default whether this is Windows */
  readonly windows?: boolean;
}

function separatorOf(options: PathOptions): string {
  return options.windows ?? isWindows ? "\\" : "/";
}

/** The root that `path` starts with, such as `/`, `C:\` or `\\server\share\`; empty for a relative path. */
function rootOf(path: string, options: PathOptions): string {
  if (!(options.windows ?? isWindows)) return path.startsWith("/") ? "/" : "";
  const unc = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)(?:[\\/]|$)/.exec(path);
  if (unc !== null) return `\\\\${unc[1]}\\${unc[2]}\\`;
  const drive = /^([A-Za-z]:)[\\/]/.exec(path);
  if (drive !== null) return `${drive[1]}\\`;
  return /^[\\/]/.test(path) ? "\\" : "";
}

/** Whether `path` starts at a root. */
export function isAbsolute(path: string, options: PathOptions = {}): boolean {
  return rootOf(path, options) !== "";
}

/** An absolute path without `.`, `..` and doubled separators. */
export function normalize(path: string, options: PathOptions = {}): string {
  const separator = separatorOf(options);
  const root = rootOf(path, options);
  const names: string[] = [];
  for (const name of path.slice(root.length).split(separator === "\\" ? /[\\/]+/ : /\/+/)) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return root + names.join(separator);
}

/** The absolute path of `name` in the absolute `directory`; of `name` itself when that is absolute. */
export function resolveIn(directory: string, name: string, options: PathOptions = {}): string {
  const path = isAbsolute(name, options) ? name : `${directory}${separatorOf(options)}${name}`;
  return normalize(path, options);
}

/** The directory that the absolute `path` is in; the root is in itself. */
export function parentOf(path: string, options: PathOptions = {}): string {
  return normalize(`${path}${separatorOf(options)}..`, options);
}

/** The last name of the absolute `path`. */
export function nameOf(path: string, options: PathOptions = {}): string {
  return normalize(path, options).split(separatorOf(options)).at(-1) ?? "";
}

/** `names` below `directory`, written as they are. */
export function join(directory: string, ...names: readonly string[]): string {
  const separator = separatorOf({});
  const base = directory.endsWith("/") || directory.endsWith(separator)
    ? directory.slice(0, -1)
    : directory;
  return [base, ...names].join(separator);
}
