/**
 * `memory show`: one item, with its former versions where asked for.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { Item, ItemVersion } from "../../core/memory_api.ts";
import type { Invocation } from "../invocation.ts";
import { collectionOf, openMemory } from "../memory_options.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";

/** Prints the item; exit code 3 when there is none. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flags, output, signal } = invocation;
  const id = args[0] ?? "";
  const namespace = flags.string("namespace") ?? "";
  const choice = { collection: collectionOf(invocation), namespace, signal };
  await using memory = await openMemory(invocation);
  const item = await memory.get(id, choice);
  const history = flags.boolean("history") ? await memory.history(id, choice) : [];
  if (item === undefined && history.length === 0) {
    throw new AtmosphereError("not_found", `The memory has no item "${id}"`);
  }
  if (output.isJson) {
    await output.json({ item: item ?? null, ...(flags.boolean("history") ? { history } : {}) });
    return 0;
  }
  if (item !== undefined) await printItem(item, output);
  for (const version of history) await printItem(version, output);
  return 0;
}

async function printItem(item: Item | ItemVersion, output: Output): Promise<void> {
  const { bold, dim } = output.style;
  const facts: [string, string | undefined][] = [
    ["source", item.source],
    ["position", item.position && JSON.stringify(item.position)],
    ["metadata", Object.keys(item.metadata).length > 0 ? JSON.stringify(item.metadata) : undefined],
    ["created", item.createdAt],
    ["updated", item.updatedAt],
    ["expires", item.expiresAt],
    ["superseded", "supersededAt" in item ? item.supersededAt : undefined],
  ];
  await output.print(bold(printable(item.id)));
  for (const [name, value] of facts) {
    if (value !== undefined) await output.print(dim(`${name.padEnd(12)}${printable(value)}`));
  }
  await output.print("", ...item.text.split("\n").map(printable), "");
}
