/**
 * What a command is run with.
 *
 * @module
 */

import type { CliContext } from "./context.ts";
import type { FlagValues } from "./flag_values.ts";
import type { Output } from "./output/output.ts";

/** One parsed command line, ready to run. */
export interface Invocation {
  /** Names from the first command to this one, such as `["config", "get"]`. */
  readonly path: readonly string[];
  /** Positional arguments, checked against the table. */
  readonly args: readonly string[];
  /** Flags, checked and with defaults. */
  readonly flags: FlagValues;
  /** The process around the command. */
  readonly context: CliContext;
  /** Where results and diagnostics go. */
  readonly output: Output;
  /** Aborts at the first interrupt. */
  readonly signal: AbortSignal;
  /** Aborts at the second interrupt. */
  readonly secondSignal: AbortSignal;
}
