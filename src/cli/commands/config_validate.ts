/**
 * `config validate`: every mistake in the configuration.
 *
 * @module
 */

import { configFileMistakes } from "../config_mistakes.ts";
import { configPath } from "../config_path.ts";
import type { Invocation } from "../invocation.ts";
import { count } from "../output/format.ts";
import { printable } from "../output/printable.ts";
import { errorCodes } from "../../core/errors.ts";
import { describeMistake } from "../../config/mistake.ts";

/** Prints the mistakes; exit code 2 when there are some. */
export async function run(invocation: Invocation): Promise<number> {
  const { args: [named], output } = invocation;
  const file = named ?? configPath(invocation);
  const mistakes = await configFileMistakes(invocation, named);
  if (output.isJson) {
    await output.json({ file, valid: mistakes.length === 0, mistakes });
  } else if (mistakes.length === 0) {
    await output.print(`${printable(file)} is valid`);
  } else {
    const { bad } = output.style;
    await output.print(
      bad(`${printable(file)} has ${count(mistakes.length, "mistake")}`),
      ...mistakes.map((mistake) => `  ${printable(describeMistake(mistake))}`),
    );
  }
  return mistakes.length === 0 ? 0 : errorCodes.config_invalid.exit;
}
