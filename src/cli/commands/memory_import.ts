/**
 * `memory import`: items from JSON Lines.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { collectionOf, fileError, openMemory } from "../memory_options.ts";
import { printable } from "../output/printable.ts";

/** Most bytes of stdin; files are read as a stream. */
const maxStdinBytes = 512 * 1024 * 1024;
const progressLines = 1_000;

/** Imports a file or stdin; exit code 1 when lines were left out. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flags, output, signal, context } = invocation;
  const file = args[0] ?? "-";
  await using memory = await openMemory(invocation);
  let told = 0;
  const report = await memory.import(read(file, invocation), {
    collection: collectionOf(invocation),
    vectors: flags.boolean("vectors"),
    skipBroken: flags.boolean("skip-broken"),
    signal,
    onProgress: (lines) => {
      if (!context.stderr.isTerminal || lines - told < progressLines) return;
      told = lines;
      void output.note(`${lines} lines`);
    },
  });
  if (output.isJson) await output.json(report);
  else {
    const { added, updated, unchanged } = report;
    await output.print(`${added} added, ${updated} updated, ${unchanged} unchanged`);
  }
  for (const { line, message } of report.broken) {
    await output.complain(`line ${line} was left out: ${printable(message)}\n`);
  }
  return report.broken.length === 0 ? 0 : 1;
}

async function* read(path: string, { context, signal }: Invocation): AsyncGenerator<Uint8Array> {
  if (path === "-") {
    yield new TextEncoder().encode(
      await context.stdin.readText({ maxBytes: maxStdinBytes, signal }),
    );
    return;
  }
  try {
    const file = await Deno.open(path);
    yield* file.readable;
  } catch (error) {
    throw fileError(error, path);
  }
}
