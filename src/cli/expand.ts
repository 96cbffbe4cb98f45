/**
 * Brings a command line into its canonical form: every flag by its long name with its value
 * attached, the command path resolved, the first fault named.
 *
 * @module
 */

import type { CommandSpec, FlagSpec, ProgramSpec } from "./spec.ts";
import { didYouMean } from "./suggest.ts";
import { UsageError } from "./usage_error.ts";

/** A command line in canonical form. */
export interface ExpandedLine {
  /** Commands from the first to the one that was reached. */
  readonly chain: readonly CommandSpec[];
  /** `--name`, `--no-name` or `--name=value`. */
  readonly flags: readonly string[];
  readonly positionals: readonly string[];
  readonly help: boolean;
  /** The first fault; what follows it was not read. */
  readonly fault: UsageError | undefined;
}

/** All flags that may be given to the last command of `chain`. */
export function visibleFlags(
  program: ProgramSpec,
  chain: readonly CommandSpec[],
): readonly FlagSpec[] {
  return [...chain.flatMap((command) => command.flags ?? []), ...program.globalFlags];
}

/** Brings `argv` into canonical form. Never throws: a fault is part of the result. */
export function expandLine(program: ProgramSpec, argv: readonly string[]): ExpandedLine {
  const reader = new LineReader(program, argv);
  let fault: UsageError | undefined;
  try {
    reader.read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    fault = error;
  }
  return {
    chain: reader.chain,
    flags: reader.flags,
    positionals: reader.positionals,
    help: reader.flags.includes("--help") || (fault !== undefined && reader.restAsksForHelp()),
    fault,
  };
}

const negativeNumber = /^-\.?\d/;

class LineReader {
  readonly chain: CommandSpec[] = [];
  readonly flags: string[] = [];
  readonly positionals: string[] = [];
  readonly #program: ProgramSpec;
  readonly #argv: readonly string[];
  #next = 0;

  constructor(program: ProgramSpec, argv: readonly string[]) {
    this.#program = program;
    this.#argv = argv;
  }

  read(): void {
    let flagsEnded = false;
    while (this.#next < this.#argv.length) {
      const arg = this.#argv[this.#next++] ?? "";
      if (flagsEnded || arg === "-" || !arg.startsWith("-")) this.#positional(arg);
      else if (arg === "--") flagsEnded = true;
      else if (arg.startsWith("--")) this.#long(arg);
      else this.#cluster(arg);
    }
  }

  restAsksForHelp(): boolean {
    const rest = this.#argv.slice(this.#next);
    const end = rest.indexOf("--");
    return (end === -1 ? rest : rest.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
  }

  #fault(message: string, hint?: string): UsageError {
    return new UsageError(message, { path: this.chain.map((command) => command.name), hint });
  }

  #positional(arg: string): void {
    const command = this.chain.at(-1);
    const commands = command === undefined ? this.#program.commands : command.subcommands;
    if (commands === undefined) {
      this.positionals.push(arg);
      return;
    }
    const found = commands.find((c) => c.name === arg || c.aliases?.includes(arg));
    if (found === undefined) {
      const names = commands.flatMap((c) => [c.name, ...(c.aliases ?? [])]);
      const title = [...this.chain.map((c) => c.name), "command"].join(" ");
      throw this.#fault(`Unknown ${title} "${arg}"`, didYouMean(arg, names));
    }
    this.chain.push(found);
  }

  #long(arg: string): void {
    const equals = arg.indexOf("=");
    const name = equals === -1 ? arg.slice(2) : arg.slice(2, equals);
    const value = equals === -1 ? undefined : arg.slice(equals + 1);
    const specs = visibleFlags(this.#program, this.chain);
    const spec = specs.find((s) => s.name === name);
    if (spec !== undefined) return this.#take(spec, `--${name}`, value);
    const positive = specs.find((s) => s.type === "boolean" && `no-${s.name}` === name);
    if (positive === undefined) throw this.#unknown(`--${name}`, specs);
    if (value !== undefined) throw this.#fault(`--${name} takes no value, got "${value}"`);
    this.#set(positive, false);
  }

  #cluster(arg: string): void {
    const specs = visibleFlags(this.#program, this.chain);
    for (let i = 1; i < arg.length; i++) {
      const letter = arg.charAt(i);
      const spec = specs.find((s) => s.short === letter);
      if (spec === undefined) throw this.#unknown(i === 1 ? arg : `-${letter}`, specs);
      const rest = arg.slice(i + 1);
      if (rest.startsWith("=")) return this.#take(spec, `-${letter}`, rest.slice(1));
      if (spec.type !== "boolean" && rest !== "") return this.#take(spec, `-${letter}`, rest);
      this.#take(spec, `-${letter}`, undefined);
    }
  }

  #take(spec: FlagSpec, shown: string, attached: string | undefined): void {
    if (spec.type === "boolean") {
      if (attached !== undefined && attached !== "true" && attached !== "false") {
        throw this.#fault(`${shown} is a switch and takes true or false, got "${attached}"`);
      }
      this.#set(spec, attached !== "false");
      return;
    }
    let value = attached;
    if (value === undefined) {
      const following = this.#argv[this.#next];
      const isFlag = following !== undefined && following.length > 1 &&
        following.startsWith("-") && !negativeNumber.test(following);
      if (following === undefined || isFlag) {
        throw this.#fault(
          `${shown} needs a value`,
          isFlag
            ? `A value that begins with a dash is written ${shown}=${following}`
            : `Write ${shown} ${spec.valueName}`,
        );
      }
      value = following;
      this.#next++;
    }
    const token = `--${spec.name}=${value}`;
    const before = this.flags.find((flag) => flag.startsWith(`--${spec.name}=`));
    if (spec.type !== "list" && before !== undefined) {
      if (before === token) return;
      const first = before.slice(spec.name.length + 3);
      throw this.#fault(`--${spec.name} is given twice: "${first}" and "${value}"`);
    }
    this.flags.push(token);
  }

  #set(spec: FlagSpec, on: boolean): void {
    const token = on ? `--${spec.name}` : `--no-${spec.name}`;
    const opposite = on ? `--no-${spec.name}` : `--${spec.name}`;
    if (this.flags.includes(opposite)) {
      throw this.#fault(`--${spec.name} and --no-${spec.name} exclude each other`);
    }
    if (!this.flags.includes(token)) this.flags.push(token);
  }

  #unknown(shown: string, specs: readonly FlagSpec[]): UsageError {
    const message = `Unknown flag ${shown}`;
    if (negativeNumber.test(shown)) {
      return this.#fault(message, `Write -- before arguments that begin with a dash`);
    }
    const long = specs.flatMap((s) =>
      s.type === "boolean" ? [`--${s.name}`, `--no-${s.name}`] : [`--${s.name}`]
    );
    const near = shown.startsWith("--") ? didYouMean(shown, long) : undefined;
    if (near !== undefined) return this.#fault(message, near);
    const owner = findOwner(this.#program.commands, shown);
    return this.#fault(
      message,
      owner === undefined ? undefined : `${shown} belongs to "${owner}"; write it after that`,
    );
  }
}

/** The command that has the flag `shown`, by its full name. */
function findOwner(commands: readonly CommandSpec[], shown: string): string | undefined {
  for (const command of commands) {
    if (command.flags?.some((s) => `--${s.name}` === shown || `-${s.short}` === shown)) {
      return command.name;
    }
    const below = findOwner(command.subcommands ?? [], shown);
    if (below !== undefined) return `${command.name} ${below}`;
  }
  return undefined;
}
