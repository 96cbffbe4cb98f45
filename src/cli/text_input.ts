/**
 * Texts from arguments, files and stdin.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import type { Invocation } from "./invocation.ts";

/** Most bytes of one file or of stdin. */
const maxBytes = 64 * 1024 * 1024;

/** The texts that a command line names, in its order: arguments, then files; stdin where it says `-`. */
export async function readTexts(invocation: Invocation): Promise<string[]> {
  const { args, flags, context, signal } = invocation;
  const byLine = flags.boolean("lines");
  const files = flags.list("file");
  const texts: string[] = [];
  let stdin: Promise<string> | undefined;
  const readStdin = () => stdin ??= context.stdin.readText({ maxBytes, signal });
  for (const arg of args) {
    if (arg === "-") texts.push(...split(await readStdin(), byLine));
    else texts.push(arg);
  }
  for (const file of files) {
    texts.push(...split(file === "-" ? await readStdin() : await readFile(file), byLine));
  }
  if (args.length === 0 && files.length === 0 && await context.stdin.isPiped()) {
    texts.push(...split(await readStdin(), byLine));
  }
  return texts;
}

/** One text, or one a line; the line feed that ends a file begins no text. */
function split(content: string, byLine: boolean): string[] {
  const text = content.replace(/\r?\n$/, "");
  if (text === "") return [];
  return byLine ? text.split(/\r?\n/) : [text];
}

async function readFile(path: string): Promise<string> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new AtmosphereError("not_found", `There is no file ${path}`, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AtmosphereError("invalid_request", `Could not read ${path}: ${reason}`, { cause });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AtmosphereError("invalid_request", `The file ${path} is not UTF-8 text`, { cause });
  }
}
