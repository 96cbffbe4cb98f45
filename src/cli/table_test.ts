import { assert, assertEquals } from "@std/assert";
import { visibleFlags } from "./expand.ts";
import { parseCommandLine } from "./parse.ts";
import type { CommandSpec } from "./spec.ts";
import { program } from "./table.ts";

function everyCommand(
  commands: readonly CommandSpec[] = program.commands,
  above: readonly CommandSpec[] = [],
): CommandSpec[][] {
  return commands.flatMap((command) => [
    [...above, command],
    ...everyCommand(command.subcommands ?? [], [...above, command]),
  ]);
}

const chains = everyCommand();

function nameOf(chain: readonly CommandSpec[]): string {
  return chain.map((command) => command.name).join(" ");
}

/** Words of an example, as a shell would split them; what is before a pipe is left out. */
function words(command: string): string[] {
  const own = command.slice(command.indexOf("atmosphere ")).replace(/ [<>|] .*$/, "");
  return [...own.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "").slice(1);
}

Deno.test("the table has a command or subcommands in every entry, and each can be loaded", async () => {
  for (const chain of chains) {
    const command = chain.at(-1)!;
    const isGroup = command.subcommands !== undefined;
    assertEquals(command.load === undefined, isGroup, nameOf(chain));
    const module = await command.load?.();
    assertEquals(typeof module?.run, isGroup ? "undefined" : "function", nameOf(chain));
  }
});

Deno.test("the table names every command and flag once", () => {
  function assertUnique(names: readonly string[], where: string): void {
    assertEquals(names.length, new Set(names).size, `${where}: ${names.join(" ")}`);
  }
  const groups = [program.commands, ...chains.map((chain) => chain.at(-1)?.subcommands ?? [])];
  for (const commands of groups) {
    assertUnique(commands.flatMap((c) => [c.name, ...(c.aliases ?? [])]), "commands");
  }
  for (const chain of chains) {
    const flags = visibleFlags(program, chain);
    assertUnique(flags.map((f) => f.name), nameOf(chain));
    assertUnique(flags.flatMap((f) => f.short ?? []), nameOf(chain));
    assert(flags.every((f) => !f.name.startsWith("no-")), "a switch is named without no-");
  }
});

Deno.test("the table lets only the last argument be variadic, and none required after an optional", () => {
  for (const chain of chains) {
    const args = chain.at(-1)?.arguments ?? [];
    assert(args.slice(0, -1).every((a) => a.variadic !== true), nameOf(chain));
    const firstOptional = args.findIndex((a) => !a.required);
    if (firstOptional !== -1) assert(args.slice(firstOptional).every((a) => !a.required));
  }
});

Deno.test("the table's descriptions are one line without a full stop", () => {
  for (const chain of chains) {
    const command = chain.at(-1)!;
    const texts = [
      command.summary,
      ...(command.flags ?? []).map((f) => f.description),
      ...(command.arguments ?? []).map((a) => a.description),
      ...(command.examples ?? []).map((e) => e.description),
    ];
    for (const text of texts) assert(!/\n|\.$/.test(text), `${nameOf(chain)}: ${text}`);
  }
});

Deno.test("the table's examples are command lines that it accepts", () => {
  const examples = [
    ...program.examples,
    ...chains.flatMap((chain) => chain.at(-1)?.examples ?? []),
  ];
  for (const { command } of examples) parseCommandLine(program, words(command));
});

Deno.test("the table has an example for every command", () => {
  for (const chain of chains) {
    const command = chain.at(-1)!;
    if (command.load === undefined) continue;
    assert((command.examples ?? []).length > 0, nameOf(chain));
  }
});
