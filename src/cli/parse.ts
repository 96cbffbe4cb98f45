/**
 * From a command line to a command with checked flags and arguments.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { expandLine, visibleFlags } from "./expand.ts";
import { FlagValues } from "./flag_values.ts";
import type { FlagValue } from "./flag_values.ts";
import type { CommandSpec, EnumFlag, FlagSpec, NumberFlag, ProgramSpec } from "./spec.ts";
import { didYouMean } from "./suggest.ts";
import { UsageError } from "./usage_error.ts";

/** What a command line asks for. */
export interface ParsedLine {
  /** Commands from the first to the one that was reached; empty for the program itself. */
  readonly chain: readonly CommandSpec[];
  readonly path: readonly string[];
  readonly flags: FlagValues;
  readonly args: readonly string[];
  /** Whether help is wanted instead; the rest may then be incomplete. */
  readonly help: boolean;
}

/** Parses `argv` against the table. Throws `UsageError` that names the first fault. */
export function parseCommandLine(program: ProgramSpec, argv: readonly string[]): ParsedLine {
  const line = expandLine(program, argv);
  const path = line.chain.map((command) => command.name);
  const specs = visibleFlags(program, line.chain);
  if (line.help) {
    // Help is given in spite of a faulty flag, but not for a command that does not exist.
    if (line.fault !== undefined && line.chain.length === 0) throw line.fault;
    const switches = specs.filter((spec) => spec.type === "boolean");
    const flags = new FlagValues(specs, readFlags(switches, { tokens: line.flags, path }));
    return { chain: line.chain, path, flags, args: [], help: true };
  }
  if (line.fault !== undefined) throw line.fault;
  const flags = new FlagValues(specs, readFlags(specs, { tokens: line.flags, path }));
  const command = line.chain.at(-1);
  if (command?.load !== undefined && !flags.boolean("version")) {
    checkArguments(command, { args: line.positionals, path });
  }
  return { chain: line.chain, path, flags, args: line.positionals, help: false };
}

function readFlags(
  specs: readonly FlagSpec[],
  line: { readonly tokens: readonly string[]; readonly path: readonly string[] },
): Map<string, FlagValue> {
  const switches = specs.filter((s) => s.type === "boolean").map((s) => s.name);
  const parsed = parseArgs([...line.tokens], {
    boolean: switches,
    negatable: switches,
    string: specs.filter((s) => s.type !== "boolean").map((s) => s.name),
    collect: specs.filter((s) => s.type === "list").map((s) => s.name),
  });
  const given = new Map<string, FlagValue>();
  for (const spec of specs) {
    const isGiven = line.tokens.some((token) =>
      token === `--${spec.name}` || token === `--no-${spec.name}` ||
      token.startsWith(`--${spec.name}=`)
    );
    if (isGiven) given.set(spec.name, checkValue(spec, parsed[spec.name], line.path));
  }
  return given;
}

function checkValue(spec: FlagSpec, value: unknown, path: readonly string[]): FlagValue {
  switch (spec.type) {
    case "boolean":
      return value === true;
    case "list":
      return value as string[];
    case "string":
      return value as string;
    case "number":
      return checkNumber(spec, String(value), path);
    case "enum":
      return checkEnum(spec, String(value), path);
  }
}

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function checkNumber(spec: NumberFlag, text: string, path: readonly string[]): number {
  const value = decimal.test(text) ? Number(text) : NaN;
  const tooSmall = spec.min !== undefined && value < spec.min;
  const tooLarge = spec.max !== undefined && value > spec.max;
  const broken = spec.integer === true && !Number.isSafeInteger(value);
  if (!Number.isFinite(value) || tooSmall || tooLarge || broken) {
    throw new UsageError(`--${spec.name} must be ${describeRange(spec)}, got "${text}"`, { path });
  }
  return value;
}

/** `a whole number from 1 to 9`, for messages and help. */
export function describeRange(spec: NumberFlag): string {
  const noun = spec.integer === true ? "a whole number" : "a number";
  if (spec.min !== undefined && spec.max !== undefined) {
    return `${noun} from ${spec.min} to ${spec.max}`;
  }
  if (spec.min !== undefined) return `${noun} of at least ${spec.min}`;
  if (spec.max !== undefined) return `${noun} of at most ${spec.max}`;
  return noun;
}

function checkEnum(spec: EnumFlag, text: string, path: readonly string[]): string {
  if (spec.values.includes(text)) return text;
  if (spec.prefixes?.some((prefix) => text.startsWith(prefix) && text !== prefix)) return text;
  const all = [...spec.values, ...(spec.prefixes ?? []).map((prefix) => `${prefix}…`)];
  throw new UsageError(`--${spec.name} must be one of ${all.join(", ")}, got "${text}"`, {
    path,
    hint: didYouMean(text, spec.values),
  });
}

function checkArguments(
  command: CommandSpec,
  line: { readonly args: readonly string[]; readonly path: readonly string[] },
): void {
  const specs = command.arguments ?? [];
  const name = line.path.join(" ");
  const missing = specs.find((spec, i) => spec.required && line.args[i] === undefined);
  if (missing !== undefined) {
    throw new UsageError(`${name} needs ${missing.name}`, {
      path: line.path,
      hint: `${missing.name}: ${missing.description}`,
    });
  }
  if (specs.at(-1)?.variadic === true || line.args.length <= specs.length) return;
  const extra = line.args[specs.length];
  const takes = specs.length === 0
    ? "no arguments"
    : specs.length === 1
    ? "one argument"
    : `${specs.length} arguments`;
  throw new UsageError(`${name} takes ${takes}, got "${extra}" too`, {
    path: line.path,
    hint: specs.length === 0 ? undefined : "Text of several words goes in quotes",
  });
}
