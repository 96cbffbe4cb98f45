/**
 * Mistakes of a configuration as data.
 *
 * @module
 */

import type { Mistake } from "../config/mistake.ts";
import { AtmosphereError } from "../core/errors.ts";
import type { Invocation } from "./invocation.ts";
import { loadSettings } from "./settings.ts";

/**
 * Every mistake in the configuration in use, or in that of the file `named`, with what flags and
 * environment add to it. Throws what has no list of mistakes.
 */
export async function configFileMistakes(
  invocation: Invocation,
  named?: string,
): Promise<readonly Mistake[]> {
  try {
    await loadSettings(invocation, named === undefined ? {} : { config: named });
    return [];
  } catch (error) {
    const mistakes = error instanceof AtmosphereError && error.code === "config_invalid"
      ? error.details?.mistakes
      : undefined;
    if (!Array.isArray(mistakes)) throw error;
    return mistakes as Mistake[];
  }
}
