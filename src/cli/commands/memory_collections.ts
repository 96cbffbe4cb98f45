/**
 * `memory collections`: lists, creates, shares and deletes collections.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { CollectionInfo, MemoryApi, VectorSpace } from "../../core/memory_api.ts";
import type { Invocation } from "../invocation.ts";
import { openMemory } from "../memory_options.ts";
import { renderTable } from "../output/table.ts";
import { UsageError } from "../usage_error.ts";

/** Does what the flags say, then lists what there is. */
export async function run(invocation: Invocation): Promise<number> {
  const { output, signal } = invocation;
  await using memory = await openMemory(invocation);
  await change(memory, invocation);
  const collections = await memory.collections({ signal });
  if (output.isJson) await output.json({ collections });
  else await output.write(renderTable({ ...table(collections), palette: output.style }));
  return 0;
}

async function change(memory: MemoryApi, { flags, path }: Invocation): Promise<void> {
  const created = flags.string("create");
  const shared = flags.string("share");
  const unshared = flags.string("unshare");
  const deleted = flags.string("delete");
  if (created !== undefined) {
    await memory.createCollection(created, {
      space: readSpace(flags.string("space") ?? "none", path),
    });
  }
  if (shared !== undefined) await memory.changeCollection(shared, { shared: true });
  if (unshared !== undefined) await memory.changeCollection(unshared, { shared: false });
  if (deleted !== undefined && !await memory.dropCollection(deleted)) {
    throw new AtmosphereError("not_found", `No collection is named "${deleted}"`);
  }
}

function readSpace(label: string, path: readonly string[]): VectorSpace {
  if (label === "none") return { kind: "none" };
  const parts = label.split("/");
  const dimensions = Number(parts.pop());
  const rest = parts.join("/");
  if (Number.isInteger(dimensions) && dimensions > 0 && rest === "own") {
    return { kind: "own", dimensions };
  }
  const dtype = parts.pop();
  const name = parts.join("/");
  if (Number.isInteger(dimensions) && dimensions > 0 && dtype !== undefined && name !== "") {
    return { kind: "embedder", name, dtype, dimensions };
  }
  throw new UsageError(
    `--space must be none, own/DIMENSIONS or MODEL/DTYPE/DIMENSIONS, got ${label}`,
    { path },
  );
}

function labelOf(space: VectorSpace): string {
  if (space.kind === "none") return "none";
  const model = space.kind === "own" ? "own" : `${space.name}/${space.dtype}`;
  return `${model}/${space.dimensions}`;
}

function table(collections: readonly CollectionInfo[]) {
  return {
    columns: [
      { title: "NAME" },
      { title: "ITEMS", align: "right" as const },
      { title: "VECTORS" },
      { title: "SHARED" },
    ],
    rows: collections.map(({ name, items, space, shared }) => [
      name,
      String(items),
      labelOf(space),
      shared ? "yes" : "no",
    ]),
  };
}
