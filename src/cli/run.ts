/**
 * From a command line to an exit code.
 *
 * @module
 */

import { version } from "../core/version.ts";
import type { CliContext } from "./context.ts";
import { renderHelp } from "./help.ts";
import type { Invocation } from "./invocation.ts";
import { Output } from "./output/output.ts";
import { parseCommandLine, type ParsedLine } from "./parse.ts";
import { reportError } from "./report_error.ts";
import type { CommandSpec } from "./spec.ts";
import { program } from "./table.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Runs the command line `argv` and resolves to the process's exit code. Never rejects for what
 * goes wrong in a command: that is told on stderr.
 */
export async function runCli(
  argv: readonly string[],
  context: CliContext,
): Promise<number> {
  // Until the line is parsed, its plain words say how to complain about it.
  let output = new Output(context, {
    json: argv.includes("--json"),
    quiet: true,
    color: !argv.includes("--no-color"),
  });
  let verbose = argv.includes("--verbose") || argv.includes("-v");
  try {
    const line = parseCommandLine(program, argv);
    output = new Output(context, {
      json: line.flags.boolean("json"),
      quiet: line.flags.boolean("quiet"),
      color: line.flags.boolean("color"),
    });
    verbose = line.flags.boolean("verbose");
    return await dispatch(line, { context, output });
  } catch (error) {
    try {
      return await reportError(error, { program, output, verbose });
    } catch (failure) {
      // Not even the report could be written.
      return await reportError(failure, { program, output, verbose: false }).catch(() => 1);
    }
  }
}

async function dispatch(
  line: ParsedLine,
  { context, output }: { readonly context: CliContext; readonly output: Output },
): Promise<number> {
  const command = line.chain.at(-1);
  if (line.help) {
    await output.write(helpText(line.chain, output));
    return 0;
  }
  if (line.flags.boolean("version")) {
    if (output.isJson) await output.json({ version });
    else await output.print(`${program.name} ${version}`);
    return 0;
  }
  if (command === undefined) {
    await output.write(helpText([], output));
    return 0;
  }
  if (line.flags.boolean("verbose") && line.flags.boolean("quiet")) {
    throw new UsageError("--verbose and --quiet exclude each other", { path: line.path });
  }
  if (command.load === undefined) {
    const names = (command.subcommands ?? []).map((c) => c.name).join(", ");
    throw new UsageError(`${line.path.join(" ")} needs a command: ${names}`, { path: line.path });
  }
  const { run } = await command.load();
  using interrupts = context.interrupts();
  const invocation: Invocation = {
    path: line.path,
    args: line.args,
    flags: line.flags,
    context,
    output,
    signal: interrupts.first,
    secondSignal: interrupts.second,
  };
  return await orSecondInterrupt(run(invocation), interrupts.second);
}

/** Settles as `running` does, or rejects at the second interrupt, whatever is still under way. */
function orSecondInterrupt(running: Promise<number>, second: AbortSignal): Promise<number> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(second.reason);
  second.addEventListener("abort", onAbort, { once: true });
  return Promise.race([running, promise]).finally(() =>
    second.removeEventListener("abort", onAbort)
  );
}

function helpText(chain: readonly CommandSpec[], output: Output): string {
  return renderHelp(program, chain, { width: output.width, palette: output.style });
}
