/**
 * `config set`: one value in the configuration file.
 *
 * @module
 */

import { replaceFile } from "../../config/atomic_file.ts";
import { readConfigFile } from "../../config/config_file.ts";
import { setConfigValue } from "../../config/edit.ts";
import { AtmosphereError } from "../../core/errors.ts";
import { configPath } from "../config_path.ts";
import type { Invocation } from "../invocation.ts";
import { printable } from "../output/printable.ts";

/** Mode of a file that may hold a key. */
const secretMode = 0o600;

/** Changes the file, and keeps it as it was beside it. */
export async function run(invocation: Invocation): Promise<number> {
  const { args: [key = "", value = ""], output } = invocation;
  const file = configPath(invocation);
  const before = await readConfigFile(file, { required: false });
  const after = await setConfigValue(before ?? "", key, value);
  const backup = before === undefined || before === after ? undefined : `${file}.bak`;
  try {
    if (backup !== undefined) await replaceFile(backup, before ?? "", secretMode);
    if (before !== after) await replaceFile(file, after, secretMode);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AtmosphereError("data_dir_unusable", `Could not write ${file}: ${reason}`, {
      cause,
      hint: "atmosphere init makes the data directory; atmosphere doctor checks it",
    });
  }
  if (output.isJson) {
    await output.json({ file, ...(backup === undefined ? {} : { backup }), key, value });
    return 0;
  }
  if (before === after) {
    await output.print(`${printable(key)} is ${printable(value)} already`);
    return 0;
  }
  await output.print(`${printable(key)} is set in ${printable(file)}`);
  if (backup !== undefined) await output.note(`The file as it was: ${printable(backup)}`);
  await output.note("A running node takes it when it is started again");
  return 0;
}
