/**
 * `config show`: everything that is in effect.
 *
 * @module
 */

import type { Config } from "../../config/types.ts";
import type { Invocation } from "../invocation.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { renderJson } from "../output/json.ts";
import { loadSettings } from "../settings.ts";

/** Prints the configuration; secrets print as `[redacted]`. */
export async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const config = await loadSettings(invocation);
  if (output.isJson) await output.json(config);
  else await printSections(config, output);
  return 0;
}

/** One line a value, `section.name  value`, so that the names are those of `config set`. */
async function printSections(config: Config, output: Output): Promise<void> {
  const { dim } = output.style;
  await output.print(dim(`# file: ${printable(config.file ?? "none")}`));
  for (const [name, value] of flatten("", config)) {
    if (name !== "file") await output.print(`${printable(name)}: ${dimIfEmpty(value, output)}`);
  }
}

function dimIfEmpty(value: unknown, { style }: Output): string {
  if (value === undefined) return style.dim("not set");
  return typeof value === "string"
    ? printable(value)
    : renderJson(value, { indented: false }).trim();
}

function flatten(prefix: string, value: unknown): Array<readonly [string, unknown]> {
  const isSection = typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length > 0;
  if (!isSection) return [[prefix, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(prefix === "" ? key : `${prefix}.${key}`, inner)
  );
}
