/**
 * `memory list`: a page of what was remembered.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { collectionOf, openMemory, scopeOf } from "../memory_options.ts";
import { renderTable } from "../output/table.ts";

/** Prints items by namespace and id. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output, signal } = invocation;
  const cursor = flags.string("cursor");
  await using memory = await openMemory(invocation);
  const page = await memory.list({
    ...scopeOf(invocation),
    collection: collectionOf(invocation),
    limit: flags.number("limit") ?? 100,
    signal,
    ...(cursor === undefined ? {} : { cursor }),
  });
  if (output.isJson) {
    await output.json(page);
    return 0;
  }
  await output.write(renderTable({
    columns: [
      { title: "ID", shrinks: true },
      { title: "NAMESPACE" },
      { title: "UPDATED" },
      { title: "TEXT", shrinks: true },
    ],
    rows: page.items.map(({ id, namespace, updatedAt, text }) => [
      id,
      namespace,
      updatedAt.slice(0, 16).replace("T", " "),
      text.replace(/\s+/g, " ").slice(0, 200),
    ]),
    palette: output.style,
    width: output.width,
  }));
  if (page.next !== undefined) await output.note(`There is more: --cursor ${page.next}`);
  return 0;
}
