/**
 * `memory export`: items as JSON Lines.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { collectionOf, fileError, openMemory, scopeOf } from "../memory_options.ts";
import { printable } from "../output/printable.ts";

/** Writes to stdout, or to a file that is there only when it is whole. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flags, output, signal } = invocation;
  const file = args[0] === "-" ? undefined : args[0];
  await using memory = await openMemory(invocation);
  const lines = memory.export({
    ...scopeOf(invocation),
    collection: collectionOf(invocation),
    vectors: flags.boolean("vectors"),
    signal,
  });
  if (file === undefined) {
    const decoder = new TextDecoder();
    for await (const bytes of lines) await output.write(decoder.decode(bytes));
    return 0;
  }
  const items = await writeFile(file, lines);
  if (output.isJson) await output.json({ file, items });
  else await output.print(`${items} items in ${printable(file)}`);
  return 0;
}

/** Writes beside the file and renames, so that an interrupted export leaves a former one as it is. */
async function writeFile(path: string, lines: AsyncIterable<Uint8Array>): Promise<number> {
  const temporary = `${path}.part`;
  let items = 0;
  try {
    {
      using file = await Deno.open(temporary, {
        write: true,
        create: true,
        truncate: true,
        mode: 0o600,
      });
      for await (const bytes of lines) {
        for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
        for (const byte of bytes) if (byte === 10) items++;
      }
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw fileError(error, path);
  }
  return items;
}
