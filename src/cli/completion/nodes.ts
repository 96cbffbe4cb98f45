/**
 * What can be completed at each place of the command line, from the command table.
 *
 * @module
 */

import type { CommandSpec, FlagSpec, ProgramSpec } from "../spec.ts";

/** What a value may be. */
export type ValueKind =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "file" | "directory" | "any" };

/** A flag as it is typed. */
export interface CompletedFlag {
  /** Long name with its dashes. */
  readonly text: string;
  /** One letter without dash. */
  readonly short: string | undefined;
  readonly description: string;
  /** What follows it; undefined for switches. */
  readonly value: ValueKind | undefined;
}

/** One command, or the program itself. */
export interface CompletionNode {
  /** Words that lead here, such as `config get`; empty for the program. */
  readonly path: string;
  readonly commands: ReadonlyArray<{ readonly name: string; readonly description: string }>;
  readonly flags: readonly CompletedFlag[];
  /** What its arguments may be; undefined where there are none. */
  readonly argument: ValueKind | undefined;
}

/** Every place of `program`, the program itself first. Aliases lead to places of their own. */
export function completionNodes(program: ProgramSpec): CompletionNode[] {
  const globals = program.globalFlags.map(completedFlag);
  const topNames = program.commands.map(({ name }) => name);

  function visit(command: CommandSpec, words: readonly string[]): CompletionNode[] {
    const children = command.subcommands ?? [];
    const argument = command.arguments?.[0];
    const here: CompletionNode = {
      path: words.join(" "),
      commands: children.map(({ name, summary }) => ({ name, description: summary })),
      flags: [...(command.flags ?? []).map(completedFlag), ...globals],
      argument: argument === undefined
        ? undefined
        : argument.values !== undefined
        ? { kind: "words", words: argument.values }
        : argument.completes === "command"
        ? { kind: "words", words: topNames }
        : { kind: argument.completes === "file" ? "file" : "any" },
    };
    return [
      here,
      ...children.flatMap((child) =>
        [child.name, ...child.aliases ?? []].flatMap((name) => visit(child, [...words, name]))
      ),
    ];
  }

  return visit({
    name: program.name,
    summary: program.summary,
    subcommands: program.commands,
  }, []);
}

function completedFlag(spec: FlagSpec): CompletedFlag {
  const isOffSwitch = spec.type === "boolean" && spec.default === true;
  return {
    text: `--${isOffSwitch ? "no-" : ""}${spec.name}`,
    short: spec.short,
    description: spec.description,
    value: flagValue(spec),
  };
}

function flagValue(spec: FlagSpec): ValueKind | undefined {
  switch (spec.type) {
    case "boolean":
      return undefined;
    case "enum":
      return { kind: "words", words: spec.values };
    case "string":
    case "list":
      return {
        kind: spec.completes === "file" || spec.completes === "directory" ? spec.completes : "any",
      };
    case "number":
      return { kind: "any" };
  }
}

/** Every flag that takes a value, long and short, as typed; each once. */
export function valueFlags(nodes: readonly CompletionNode[]): string[] {
  const found = new Set<string>();
  for (const flag of nodes.flatMap(({ flags }) => flags)) {
    if (flag.value === undefined) continue;
    found.add(flag.text);
    if (flag.short !== undefined) found.add(`-${flag.short}`);
  }
  return [...found].sort();
}
