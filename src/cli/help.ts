/**
 * Help texts from the table.
 *
 * @module
 */

import type { Palette } from "./output/colour.ts";
import { pad, wrap } from "./output/width.ts";
import type { ArgumentSpec, CommandSpec, FlagSpec, ProgramSpec } from "./spec.ts";

/** How help is laid out. */
export interface HelpOptions {
  /** Columns to keep within; 80 where undefined. */
  readonly width: number | undefined;
  readonly palette: Palette;
}

/** Narrower text is hard to lay out, wider text is hard to read. */
const widthRange = { least: 40, usual: 80, most: 100 };
/** Labels longer than this stand on a line of their own. */
const longestLabel = 26;

/** How a flag is listed: `-p, --port PORT`, `--no-color`. */
export function flagLabel(spec: FlagSpec): string {
  const name = spec.type === "boolean" && spec.default === true ? `no-${spec.name}` : spec.name;
  const short = spec.short === undefined ? "" : `-${spec.short}, `;
  return `${short}--${name}${spec.type === "boolean" ? "" : ` ${spec.valueName}`}`;
}

/** What a flag does, with the values that it takes, its default and its variable. */
export function flagDescription(spec: FlagSpec): string {
  const facts: string[] = [];
  if (spec.type === "enum") {
    const prefixes = (spec.prefixes ?? []).map((prefix) => `${prefix}…`);
    facts.push(`one of ${[...spec.values, ...prefixes].join(", ")}`);
  }
  if (spec.type !== "boolean" && spec.type !== "list" && spec.default !== undefined) {
    facts.push(`default ${spec.default}`);
  }
  if (spec.otherwise !== undefined) facts.push(`default ${spec.otherwise}`);
  if (spec.env !== undefined) facts.push(`env ${spec.env}`);
  return facts.length === 0 ? spec.description : `${spec.description} (${facts.join("; ")})`;
}

/** `INTENT...`, `[TEXT...]`. */
export function argumentLabel(spec: ArgumentSpec): string {
  const name = spec.variadic ? `${spec.name}...` : spec.name;
  return spec.required ? name : `[${name}]`;
}

/** `atmosphere config get KEY [flags]`. */
export function usageLine(program: ProgramSpec, chain: readonly CommandSpec[]): string {
  const command = chain.at(-1);
  const isGroup = command === undefined || command.subcommands !== undefined;
  return [
    program.name,
    ...chain.map((c) => c.name),
    ...(isGroup ? ["COMMAND"] : (command.arguments ?? []).map(argumentLabel)),
    "[flags]",
  ].join(" ");
}

/** Help for the command that `chain` leads to, or for the program. */
export function renderHelp(
  program: ProgramSpec,
  chain: readonly CommandSpec[],
  options: HelpOptions,
): string {
  const { palette } = options;
  const width = Math.min(
    Math.max(options.width ?? widthRange.usual, widthRange.least),
    widthRange.most,
  );
  const command = chain.at(-1);
  const spec = command ?? program;
  const sections: string[] = [];

  function section(title: string, body: string): void {
    sections.push(`${palette.bold(title)}\n${body}`);
  }
  function list(entries: ReadonlyArray<readonly [label: string, text: string]>): string {
    const short = entries.filter(([label]) => label.length <= longestLabel);
    const column = Math.max(0, ...short.map(([label]) => label.length)) + 4;
    return entries.map(([label, text]) => {
      const lines = wrap(text, width - column);
      const shown = palette.accent(label);
      const first = label.length + 2 < column
        ? `  ${shown}${" ".repeat(column - 2 - label.length)}${lines.shift()}\n`
        : `  ${shown}\n`;
      return first + lines.map((line) => `${" ".repeat(column)}${line}\n`).join("");
    }).join("");
  }

  sections.push(`${wrap(spec.summary, width).join("\n")}\n`);
  section("Usage", `  ${usageLine(program, chain)}\n`);
  const paragraphs = (spec.description ?? [])
    .map((paragraph) => wrap(paragraph, width).join("\n") + "\n");
  if (paragraphs.length > 0) sections.push(paragraphs.join("\n"));
  const commands = command === undefined ? program.commands : command.subcommands;
  if (commands !== undefined) {
    section("Commands", list(commands.map((c) => [c.name, c.summary] as const)));
  }
  const args = command?.arguments ?? [];
  if (args.length > 0) {
    section(
      "Arguments",
      list(args.map((a) => [a.name, a.description] as const)),
    );
  }
  const flags = chain.flatMap((c) => c.flags ?? []);
  if (flags.length > 0) section("Flags", list(flags.map(flagEntry)));
  section("Global flags", list(program.globalFlags.map(flagEntry)));
  if ((spec.examples ?? []).length > 0) {
    const lines = (spec.examples ?? []).map((example) =>
      `  ${palette.dim(`# ${example.description}`)}\n  ${example.command}\n`
    );
    section("Examples", lines.join(""));
  }
  const own = command?.exitCodes ?? [];
  const codes = [
    ...own,
    ...program.exitCodes.filter(({ code }) => !own.some((other) => other.code === code)),
  ].sort((a, b) => a.code - b.code);
  section(
    "Exit codes",
    list(codes.map(({ code, meaning }) => [pad(String(code), 3, "right"), meaning] as const)),
  );
  if (commands !== undefined) {
    const words = [program.name, ...chain.map((c) => c.name), "COMMAND --help"].join(" ");
    const advice = `Run ${words} for more about a command.`;
    sections.push(`${wrap(advice, width).join("\n")}\n`);
  }
  return sections.join("\n");
}

/** Flags without a short form are indented to where long names begin. */
function flagEntry(spec: FlagSpec): readonly [string, string] {
  const label = flagLabel(spec);
  return [spec.short === undefined ? `    ${label}` : label, flagDescription(spec)];
}
