/**
 * Failures, told to people on stderr and to programs by the exit code.
 *
 * @module
 */

import { AtmosphereError, isAbort } from "../core/errors.ts";
import { redact } from "../core/logger.ts";
import { OutputClosed } from "./context.ts";
import { usageLine } from "./help.ts";
import type { Output } from "./output/output.ts";
import { printable, printableLines } from "./output/printable.ts";
import { renderJson } from "./output/json.ts";
import type { CommandSpec, ProgramSpec } from "./spec.ts";
import { UsageError } from "./usage_error.ts";

/** Exit code of a command that was interrupted. */
export const interruptedExitCode = 130;

/** What is needed to tell of an error. */
export interface ReportOptions {
  readonly program: ProgramSpec;
  readonly output: Output;
  /** Whether stacks are wanted. */
  readonly verbose: boolean;
}

/** Tells of `error` on stderr and returns the exit code that it becomes. */
export async function reportError(error: unknown, options: ReportOptions): Promise<number> {
  if (error instanceof OutputClosed) return 0;
  if (isAbort(error)) return interruptedExitCode;
  const known = error instanceof AtmosphereError ? error : unexpected(error);
  const { output } = options;
  await output.complain(
    output.isJson
      ? renderJson({ error: errorRecord(known) }, { indented: false })
      : errorText(known, options),
  );
  if (options.verbose) {
    const source = error instanceof AtmosphereError ? error.cause ?? error : error;
    const stack = source instanceof Error ? source.stack ?? source.message : String(source);
    await output.complain(printableLines(redact(`${stack}\n`)));
  }
  return known.exitCode;
}

/** A fault of the program itself. Who runs it owns the machine, so its message is no secret. */
function unexpected(error: unknown): AtmosphereError {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new AtmosphereError("internal", `Unexpected failure: ${redact(message)}`, {
    cause: error,
    hint: "Run it again with --verbose for the details, and report it if it stays",
  });
}

function errorRecord(error: AtmosphereError): Record<string, unknown> {
  return {
    code: error.code,
    message: error.message,
    origin: error.origin,
    param: error.param,
    hint: error.hint,
    details: error.details,
  };
}

function errorText(error: AtmosphereError, { program, output }: ReportOptions): string {
  const { bad, dim } = output.errorStyle;
  const [title = "", ...more] = printableLines(error.message).split("\n");
  const lines = [`${bad("error:")} ${title}`, ...more.map((line) => `  ${line}`)];
  if (error.hint !== undefined) lines.push(`  ${printable(error.hint)}`);
  if (error instanceof UsageError) {
    const chain = chainOf(program, error.path);
    const words = [program.name, ...error.path, "--help"].join(" ");
    lines.push(dim(`Usage: ${usageLine(program, chain)}`), dim(`Run ${words} for more`));
  }
  return lines.map((line) => `${line}\n`).join("");
}

function chainOf(program: ProgramSpec, path: readonly string[]): CommandSpec[] {
  const chain: CommandSpec[] = [];
  let commands: readonly CommandSpec[] = program.commands;
  for (const name of path) {
    const command = commands.find((c) => c.name === name);
    if (command === undefined) break;
    chain.push(command);
    commands = command.subcommands ?? [];
  }
  return chain;
}
