/**
 * `memory search`: by meaning, by words or both.
 *
 * @module
 */

import type { SearchHit, SearchMode, SearchQuery, SearchResult } from "../../core/memory_api.ts";
import type { Invocation } from "../invocation.ts";
import { collectionOf, fileError, openMemory, scopeOf } from "../memory_options.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { fit } from "../output/width.ts";
import { UsageError } from "../usage_error.ts";

const maxVectorBytes = 4 * 1024 * 1024;
const snippetColumns = 100;

/** Prints the hits, best first. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flags, output, path, signal } = invocation;
  const text = args.join(" ").trim();
  const vector = await readVector(invocation);
  if (text === "" && vector === undefined) {
    throw new UsageError("memory search needs QUERY or --vector", { path });
  }
  const mode = flags.string("mode") as SearchMode | undefined;
  const query: SearchQuery = {
    ...scopeOf(invocation),
    collection: collectionOf(invocation),
    limit: flags.number("limit") ?? 10,
    explain: flags.boolean("explain"),
    ...(text === "" ? {} : { text }),
    ...(vector === undefined ? {} : { vector }),
    ...(mode === undefined ? {} : { mode }),
  };
  await using memory = await openMemory(invocation);
  const result = await memory.search(query, { signal });
  if (output.isJson) await output.json(result);
  else await printResult(result, output);
  return 0;
}

async function readVector(invocation: Invocation): Promise<number[] | undefined> {
  const { flags, context, signal, path } = invocation;
  const file = flags.string("vector");
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = file === "-"
      ? await context.stdin.readText({ maxBytes: maxVectorBytes, signal })
      : await Deno.readTextFile(file);
  } catch (error) {
    throw fileError(error, file);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError("--vector is not JSON", { path });
  }
  if (!Array.isArray(value) || value.some((element) => typeof element !== "number")) {
    throw new UsageError("--vector must be a JSON array of numbers", { path });
  }
  return value;
}

function place({ item }: SearchHit): string {
  const { source, position } = item;
  if (source === undefined) return "";
  const lines = position?.startLine === undefined ? "" : `:${position.startLine}`;
  const page = position?.page === undefined ? "" : ` page ${position.page}`;
  return `  ${printable(source)}${lines}${page}`;
}

async function printResult({ mode, hits, explain }: SearchResult, output: Output): Promise<void> {
  const { bold, dim } = output.style;
  for (const hit of hits) {
    const snippet = printable(hit.item.text.replace(/\s+/g, " "));
    await output.print(
      `${bold(hit.score.toFixed(3))}  ${printable(hit.item.id)}${dim(place(hit))}`,
      `       ${fit(snippet, Math.max(20, (output.width ?? snippetColumns + 8) - 8))}`,
    );
  }
  if (hits.length === 0) await output.note("Nothing was found");
  if (explain === undefined) return;
  const facts: [name: string, value: string | undefined][] = [
    ["mode", mode],
    ["vectors", explain.dense],
    ["compared", String(explain.compared)],
    ["in scope", explain.inScope === undefined ? undefined : String(explain.inScope)],
    ["words", explain.keyword],
    ["fusion", explain.fusion],
    ["unknown fields", explain.unknownFields?.join(", ")],
    [
      "time",
      Object.entries(explain.timingsMs).map(([stage, ms]) => `${stage} ${ms} ms`).join(", "),
    ],
  ];
  for (const [name, value] of facts) {
    if (value !== undefined) await output.print(dim(`${name.padEnd(15)}${printable(value)}`));
  }
}
