/**
 * Man pages from the command table, in the mdoc language: one for the program and one a command.
 *
 * @module
 */

import type { ArgumentSpec, CommandSpec, FlagSpec, ProgramSpec } from "../src/cli/spec.ts";
import { flagDescription } from "../src/cli/help.ts";

/** One page. */
export interface ManPage {
  /** File name, such as `atmosphere-config-get.1`. */
  readonly file: string;
  readonly text: string;
}

/** Options of {@linkcode renderManPages}. */
export interface ManOptions {
  /** Date of the release, such as `2026-11-24`. */
  readonly date: string;
}

/** Longest source line that mandoc does not frown at. */
const sourceWidth = 78;

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Every page of `program`. */
export function renderManPages(program: ProgramSpec, options: ManOptions): ManPage[] {
  const [year, month, day] = options.date.split("-").map(Number);
  const heading = (name: string) => [
    `.Dd ${months[(month ?? 1) - 1]} ${day}, ${year}`,
    `.Dt ${name.toUpperCase()} 1`,
    ".Os",
  ];
  const chains: CommandSpec[][] = [];
  const collect = (chain: CommandSpec[]) => {
    chains.push(chain);
    for (const below of chain.at(-1)?.subcommands ?? []) collect([...chain, below]);
  };
  for (const command of program.commands) collect([command]);
  return [
    programPage(program, heading(program.name)),
    ...chains.map((chain) => commandPage(program, chain, heading(pageName(program, chain)))),
  ];
}

function pageName(program: ProgramSpec, chain: readonly CommandSpec[]): string {
  return [program.name, ...chain.map(({ name }) => name)].join("-");
}

function programPage(program: ProgramSpec, heading: readonly string[]): ManPage {
  return page(program.name, [
    ...heading,
    ...nameSection(program.name, program.summary),
    ".Sh SYNOPSIS",
    `.Nm ${program.name}`,
    ".Ar command",
    ".Op Ar flags",
    ".Sh DESCRIPTION",
    ...paragraphs(program.description),
    ".Pp",
    "The commands are:",
    ...commandList(program, [], program.commands),
    ...flagSection("OPTIONS", program.globalFlags),
    ...exitSection(program.exitCodes),
    ...exampleSection(program.examples),
    ".Sh SEE ALSO",
    ...seeAlso(program.commands.map((command) => pageName(program, [command]))),
  ]);
}

function commandPage(
  program: ProgramSpec,
  chain: readonly CommandSpec[],
  heading: readonly string[],
): ManPage {
  const command = chain.at(-1)!;
  const name = pageName(program, chain);
  const words = [program.name, ...chain.map((c) => c.name)];
  const children = command.subcommands;
  const parent = pageName(program, chain.slice(0, -1));
  return page(name, [
    ...heading,
    ...nameSection(name, command.summary),
    ".Sh SYNOPSIS",
    `.Nm ${words.join(" ")}`,
    ...(children === undefined ? (command.arguments ?? []).map(argumentMacro) : [".Ar command"]),
    ".Op Ar flags",
    ".Sh DESCRIPTION",
    ...paragraphs([`${command.summary}.`, ...command.description ?? []]),
    ...((command.aliases ?? []).length === 0
      ? []
      : [".Pp", `Other names: ${escape((command.aliases ?? []).join(", "))}.`]),
    ...(children === undefined
      ? []
      : [".Pp", "The commands are:", ...commandList(program, chain, children)]),
    ...argumentList(command.arguments ?? []),
    ...flagSection("OPTIONS", chain.flatMap((c) => c.flags ?? [])),
    ...exitSection([...command.exitCodes ?? [], { code: 0, meaning: "done" }]),
    ...exampleSection(command.examples ?? []),
    ".Sh SEE ALSO",
    ...seeAlso([parent, ...(children ?? []).map((child) => pageName(program, [...chain, child]))]),
  ]);
}

function page(name: string, lines: readonly string[]): ManPage {
  return { file: `${name}.1`, text: `${lines.join("\n")}\n` };
}

function nameSection(name: string, summary: string): string[] {
  return [".Sh NAME", `.Nm ${name}`, `.Nd ${escape(summary)}`];
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, index) => [...(index === 0 ? [] : [".Pp"]), ...sentences(text)]);
}

/** mdoc wants each sentence on a line of its own. */
function sentences(text: string): string[] {
  return text.split(/(?<=[.!?:;]) (?=\S)/).flatMap((sentence) => wrap(escape(sentence)));
}

function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + word.length + 1 > sourceWidth) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.map((line) => line.replace(/^\./, "\\&."));
}

function commandList(
  program: ProgramSpec,
  chain: readonly CommandSpec[],
  commands: readonly CommandSpec[],
): string[] {
  return [
    ".Bl -tag -width Ds",
    ...commands.flatMap((command) => [
      `.It Cm ${command.name}`,
      `${escape(command.summary)}; see`,
      `.Xr ${pageName(program, [...chain, command])} 1 .`,
    ]),
    ".El",
  ];
}

function argumentMacro(spec: ArgumentSpec): string {
  const name = spec.variadic ? `${spec.name} ...` : spec.name;
  return spec.required ? `.Ar ${name}` : `.Op Ar ${name}`;
}

function argumentList(specs: readonly ArgumentSpec[]): string[] {
  if (specs.length === 0) return [];
  return [
    ".Pp",
    "The arguments are:",
    ".Bl -tag -width Ds",
    ...specs.flatMap((spec) => [`.It Ar ${spec.name}`, ...sentences(`${spec.description}.`)]),
    ".El",
  ];
}

function flagSection(title: string, flags: readonly FlagSpec[]): string[] {
  if (flags.length === 0) return [];
  return [
    `.Sh ${title}`,
    ".Bl -tag -width Ds",
    ...flags.flatMap((flag) => {
      const long = flag.type === "boolean" && flag.default === true
        ? `-no-${flag.name}`
        : `-${flag.name}`;
      const value = flag.type === "boolean" ? "" : ` Ar ${flag.valueName}`;
      const short = flag.short === undefined ? "" : `Fl ${flag.short} , `;
      return [`.It ${short}Fl ${long}${value}`, ...sentences(`${flagDescription(flag)}.`)];
    }),
    ".El",
  ];
}

function exitSection(codes: ReadonlyArray<{ code: number; meaning: string }>): string[] {
  const sorted = [...codes].sort((a, b) => a.code - b.code);
  return [
    ".Sh EXIT STATUS",
    ".Bl -tag -width Ds",
    ...sorted.flatMap(({ code, meaning }) => [`.It ${code}`, ...sentences(`${meaning}.`)]),
    ".El",
  ];
}

function exampleSection(
  examples: ReadonlyArray<{ command: string; description: string }>,
): string[] {
  if (examples.length === 0) return [];
  return [
    ".Sh EXAMPLES",
    ...examples.flatMap(({ command, description }, index) => [
      ...(index === 0 ? [] : [".Pp"]),
      `${escape(description)}:`,
      `.Dl ${escape(command)}`,
    ]),
  ];
}

function seeAlso(pages: readonly string[]): string[] {
  const sorted = [...new Set(pages)].sort();
  return sorted.map((name, index) => `.Xr ${name} 1${index < sorted.length - 1 ? " ," : ""}`);
}

/** Text that roff prints as it is. */
function escape(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("…", "...")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll('"', "\\(dq")
    .replaceAll("`", "");
}
