/**
 * `docs/cli.md` from the command table.
 *
 * @module
 */

import { argumentLabel, flagDescription, flagLabel, usageLine } from "../src/cli/help.ts";
import type { CommandSpec, ExampleSpec, FlagSpec, ProgramSpec } from "../src/cli/spec.ts";

/** Text with what Markdown would take for markup in a table cell escaped. */
function cell(text: string): string {
  return text.replace(/[|<>*`\\]/g, (character) => `\\${character}`);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function flagTable(flags: readonly FlagSpec[]): string {
  return table(
    ["flag", "does"],
    flags.map((flag) => [`\`${flagLabel(flag)}\``, cell(flagDescription(flag))]),
  );
}

function exampleBlock(examples: readonly ExampleSpec[]): string {
  const lines = examples.flatMap(({ command, description }) => [`# ${description}`, command]);
  return ["```sh", ...lines, "```"].join("\n");
}

/** One command and those below it. */
function commandSection(program: ProgramSpec, chain: readonly CommandSpec[]): string[] {
  const command = chain.at(-1)!;
  const name = chain.map((c) => c.name).join(" ");
  const parts = [`${"#".repeat(chain.length + 2)} ${name}`, `${command.summary}.`];
  if (command.subcommands === undefined) {
    parts.push(["```text", usageLine(program, chain), "```"].join("\n"));
  }
  parts.push(...command.description ?? []);
  if ((command.arguments ?? []).length > 0) {
    parts.push(table(
      ["argument", "is"],
      (command.arguments ?? []).map((a) => [`\`${argumentLabel(a)}\``, cell(a.description)]),
    ));
  }
  if ((command.flags ?? []).length > 0) parts.push(flagTable(command.flags ?? []));
  if ((command.examples ?? []).length > 0) parts.push(exampleBlock(command.examples ?? []));
  if (command.json !== undefined) parts.push(`\`--json\` prints ${command.json}.`);
  if ((command.exitCodes ?? []).length > 0) {
    const codes = (command.exitCodes ?? []).map(({ code, meaning }) => `${code} ${meaning}`);
    parts.push(`Exit codes of its own: ${codes.join("; ")}.`);
  }
  for (const below of command.subcommands ?? []) {
    parts.push(...commandSection(program, [...chain, below]));
  }
  return parts;
}

/** The whole page, before formatting. */
export function renderCliDocs(program: ProgramSpec): string {
  const parts = [
    "<!-- Made by dist-scripts/build_cli_docs.ts from src/cli/table.ts; change the table. -->",
    "# Command line",
    ...program.description,
    "Results go to stdout and everything else to stderr, so that a result can be piped. `--json` prints " +
    "the result as one JSON document, indented on a terminal and on one line in a pipe; a failure is " +
    'then a line `{"error": {code, message, origin, param?, hint?, details?}}` on stderr. Commands act ' +
    "on the running node where there is one, else directly on the data directory, with the same result. " +
    "Colours and progress are for terminals only, and `NO_COLOR` is honoured. Names and texts that come " +
    "from elsewhere are shown without the control characters that a terminal would obey.",
    "Flags may stand before or after the command; `--flag value`, `--flag=value`, `-f value` and " +
    "`-fvalue` mean the same, `-abc` is `-a -b -c`, every switch has a `--no-` form, and after `--` " +
    "everything is an argument.",
    "## Commands",
    table(
      ["command", "does"],
      program.commands.map((c) => [`[\`${c.name}\`](#${c.name})`, cell(c.summary)]),
    ),
    ...program.commands.flatMap((command) => commandSection(program, [command])),
    "## Global flags",
    flagTable(program.globalFlags),
    "## Exit codes",
    table(
      ["code", "means"],
      program.exitCodes.map(({ code, meaning }) => [String(code), cell(meaning)]),
    ),
  ];
  return parts.join("\n\n") + "\n";
}

/** `markdown` as `deno fmt` lays it out. */
export async function formatMarkdown(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--line-width=100", "--ext=md", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`deno fmt failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
