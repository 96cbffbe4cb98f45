/**
 * A command line that can't be understood.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";

/** Wrong usage: exit code 2, with the command whose help is to be read. */
export class UsageError extends AtmosphereError {
  override readonly name = "UsageError";
  /** Names from the first command to the one that was reached; empty for the program itself. */
  readonly path: readonly string[];

  /** Makes a usage error of the command at `path`. */
  constructor(
    message: string,
    options: { readonly path?: readonly string[]; readonly hint?: string | undefined } = {},
  ) {
    super(
      "invalid_request",
      message,
      options.hint === undefined ? {} : { hint: options.hint },
    );
    this.path = options.path ?? [];
  }
}
