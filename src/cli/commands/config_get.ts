/**
 * `config get`: one value that is in effect.
 *
 * @module
 */

import { readConfigFile } from "../../config/config_file.ts";
import { getConfigValue } from "../../config/edit.ts";
import type { Config } from "../../config/types.ts";
import { AtmosphereError } from "../../core/errors.ts";
import type { Invocation } from "../invocation.ts";
import { printable, printableLines } from "../output/printable.ts";
import { loadSettings } from "../settings.ts";

/** Prints the value; a plain one as it is, others as JSON. */
export async function run(invocation: Invocation): Promise<number> {
  const { args: [key = ""], output } = invocation;
  const config = await loadSettings(invocation);
  const text = config.file === undefined
    ? ""
    : await readConfigFile(config.file, { required: true }) ?? "";
  // The file knows the names and the secrets; flags and environment may have the last word.
  const stated = await getConfigValue(text, key);
  const value = effectiveValue(config, key) ?? stated;
  if (output.isJson) {
    await output.json(value ?? null);
  } else if (value === undefined) {
    throw new AtmosphereError("not_found", `${printable(key)} is not set and has no default`, {
      hint: `Set it with: atmosphere config set ${printable(key)} VALUE`,
    });
  } else {
    await output.print(
      typeof value === "object"
        ? JSON.stringify(value, null, output.isTerminal ? 2 : undefined)
        : output.isTerminal
        ? printableLines(String(value))
        : String(value),
    );
  }
  return 0;
}

/** The value of a key that looks the same in the effective configuration as in the file. */
function effectiveValue(config: Config, key: string): unknown {
  if (key === "log.directory") return config.logDir;
  const [section = "", name = "", ...rest] = key.trim().split(".");
  const settings: Readonly<Record<string, unknown>> = {
    node: config.node,
    server: config.server,
    log: config.log,
    embedding: config.embedding,
    discovery: config.discovery,
    router: config.router,
    timeouts: config.timeouts,
  };
  let value = Object.hasOwn(settings, section) ? settings[section] : undefined;
  for (const part of name === "" ? [] : [name, ...rest]) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
