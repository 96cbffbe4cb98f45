/** `@std/cli/parse-args` where JSR does not answer: the same code from npm, with the types this project uses. */
import { parseArgs as parseArgs_ } from "npm:deno-std@1.4.0/cli/parse_args.js";

/** The options of `parseArgs` that this project uses. */
export interface ParseOptions {
  boolean?: boolean | string | ReadonlyArray<string>;
  string?: string | ReadonlyArray<string>;
  collect?: string | ReadonlyArray<string>;
  negatable?: string | ReadonlyArray<string>;
  alias?: Record<string, string | ReadonlyArray<string>>;
  default?: Record<string, unknown>;
  "--"?: boolean;
  stopEarly?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What `parseArgs` returns: flags by name, positional arguments in `_`. */
export interface Args {
  _: Array<string | number>;
  [flag: string]: unknown;
}

export const parseArgs: (args: string[], options?: ParseOptions) => Args = parseArgs_;
