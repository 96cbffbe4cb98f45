/**
 * The shape of the command table. It is data only: parsing, help, completions, man pages and
 * `docs/cli.md` all read it.
 *
 * @module
 */

import type { Invocation } from "./invocation.ts";

/** What every flag says. */
interface FlagBase {
  /** Long name without dashes. */
  readonly name: string;
  /** One letter for `-x`. */
  readonly short?: string;
  /** One line, no full stop. */
  readonly description: string;
  /** Environment variable that configuration reads for the same value. */
  readonly env?: string;
  /** In words, what holds when the flag is absent and the table has no default itself. */
  readonly otherwise?: string;
}

/** A switch. `--NAME` and `--no-NAME` are both understood; help shows the one that changes something. */
export interface BooleanFlag extends FlagBase {
  readonly type: "boolean";
  /** @default false */
  readonly default?: boolean;
}

/** A flag with a text. */
export interface StringFlag extends FlagBase {
  readonly type: "string";
  /** What help calls the value, such as `FILE`. */
  readonly valueName: string;
  readonly default?: string;
  /** What a shell may complete. */
  readonly completes?: "file" | "directory" | "model";
}

/** A flag with a number. */
export interface NumberFlag extends FlagBase {
  readonly type: "number";
  readonly valueName: string;
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
  /** Whether only whole numbers are taken. @default false */
  readonly integer?: boolean;
}

/** A flag with one of several words. */
export interface EnumFlag extends FlagBase {
  readonly type: "enum";
  readonly valueName: string;
  readonly default?: string;
  readonly values: readonly string[];
  /** Values that begin with one of these, and go on, are taken too. */
  readonly prefixes?: readonly string[];
}

/** A flag that may be repeated; each occurrence adds one text. */
export interface ListFlag extends FlagBase {
  readonly type: "list";
  readonly valueName: string;
  readonly completes?: "file" | "directory" | "model";
}

/** One flag. */
export type FlagSpec = BooleanFlag | StringFlag | NumberFlag | EnumFlag | ListFlag;

/** One positional argument. */
export interface ArgumentSpec {
  /** What usage calls it, in capitals. */
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** Whether it takes all that follows; only the last argument may. @default false */
  readonly variadic?: boolean;
  /** Words that it may be, for completion; the command itself refuses others. */
  readonly values?: readonly string[];
  /** What a shell may complete. */
  readonly completes?: "file" | "directory" | "command" | "config-key";
}

/** A command line to copy. */
export interface ExampleSpec {
  readonly command: string;
  /** What it does, one line. */
  readonly description: string;
}

/** An exit code with its meaning. */
export interface ExitCodeSpec {
  readonly code: number;
  readonly meaning: string;
}

/** What a command's module exports. */
export interface CommandModule {
  /** Does the work and resolves to the exit code; throws `AtmosphereError` for what went wrong. */
  run(invocation: Invocation): Promise<number>;
}

/** One command or group of commands. */
export interface CommandSpec {
  readonly name: string;
  /** Other names for the same. */
  readonly aliases?: readonly string[];
  /** One line for lists, no full stop. */
  readonly summary: string;
  /** Paragraphs for the command's own help. */
  readonly description?: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  readonly flags?: readonly FlagSpec[];
  readonly examples?: readonly ExampleSpec[];
  /** Exit codes that mean something particular here; the general ones hold beside them. */
  readonly exitCodes?: readonly ExitCodeSpec[];
  /** What `--json` prints, for the documentation; absent where there is no result. */
  readonly json?: string;
  /** Commands below this one; such a command does nothing itself. */
  readonly subcommands?: readonly CommandSpec[];
  /** Loads the command's module; absent for groups. */
  readonly load?: () => Promise<CommandModule>;
}

/** The whole command line. */
export interface ProgramSpec {
  readonly name: string;
  readonly summary: string;
  readonly description: readonly string[];
  /** Flags that every command takes. */
  readonly globalFlags: readonly FlagSpec[];
  readonly commands: readonly CommandSpec[];
  readonly examples: readonly ExampleSpec[];
  readonly exitCodes: readonly ExitCodeSpec[];
}
