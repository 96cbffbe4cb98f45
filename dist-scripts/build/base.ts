/**
 * The base binary that `deno compile` makes an executable of: for Linux, without its symbols and
 * without other languages' data in its ICU.
 */
import { join } from "node:path";
import { withoutSymbols } from "./elf.ts";
import { withoutOtherLanguages } from "./icu.ts";
import type { Target } from "./targets.ts";
import { fileInZip } from "./zip.ts";

/** What {@linkcode smallBase} needs. */
export interface BaseOptions {
  /** A base to use instead of the one of Deno's download host. */
  readonly given: string | undefined;
  /** Where the result is put. */
  readonly folder: string;
  readonly onStep: (text: string) => void;
  /** Puts the target's base into Deno's cache. */
  readonly fetchBase?: (target: Target) => Promise<void>;
  /** Deno's cache; asked of Deno when absent. */
  readonly denoDir?: string;
}

/**
 * The path of a base without a symbol table (84 instead of 108 MB) and with English alone in its
 * ICU (8 MB of zeros instead); undefined when `deno compile` is to take the one that it would take,
 * since that can't be made smaller. A base for macOS is signed and one for Windows has its symbols
 * in a file of their own, so both stay as they are.
 */
export async function smallBase(
  target: Target,
  options: BaseOptions,
): Promise<string | undefined> {
  if (target.os !== "linux") return undefined;
  const original = options.given === undefined
    ? fileInZip(await fetchedBase(target, options), "denort")
    : await Deno.readFile(options.given);
  const stripped = withoutSymbols(original);
  if (stripped.bytes === undefined) {
    options.onStep(`the base binary keeps its symbols: ${stripped.reason}`);
  }
  const trimmed = withoutOtherLanguages(stripped.bytes ?? original);
  if (trimmed.bytes === undefined) {
    options.onStep(`the base binary keeps all languages: ${trimmed.reason}`);
  }
  const bytes = trimmed.bytes ?? stripped.bytes;
  if (bytes === undefined) return undefined;
  await Deno.mkdir(options.folder, { recursive: true });
  const path = join(options.folder, `denort-${target.triple}`);
  const temporary = `${path}.${Deno.pid}`;
  await Deno.writeFile(temporary, bytes, { mode: 0o755 });
  await Deno.rename(temporary, path);
  return path;
}

async function fetchedBase(target: Target, options: BaseOptions): Promise<Uint8Array> {
  const { denoDir = await findDenoDir(), fetchBase = compileNothing } = options;
  const version = `v${Deno.version.deno}`;
  const path = join(denoDir, "dl", "release", version, `denort-${target.triple}.zip`);
  if (!await isFile(path)) await fetchBase(target);
  return await Deno.readFile(path);
}

async function findDenoDir(): Promise<string> {
  return JSON.parse(await deno(["info", "--json"])).denoDir;
}

/** `deno compile` keeps the base that it fetched. */
async function compileNothing(target: Target): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "atmosphere-base-" });
  try {
    const empty = join(folder, "empty.js");
    await Deno.writeTextFile(empty, "");
    const output = join(folder, "empty");
    await deno([
      "compile",
      "--quiet",
      "--no-lock",
      `--target=${target.triple}`,
      "-o",
      output,
      empty,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function deno(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`deno ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
