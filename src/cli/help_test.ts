import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { flagDescription, flagLabel, renderHelp, usageLine } from "./help.ts";
import { colours, noColours } from "./output/colour.ts";
import { columnsOf } from "./output/width.ts";
import type { CommandSpec } from "./spec.ts";
import { program } from "./table.ts";

function chainOf(...names: string[]): CommandSpec[] {
  const chain: CommandSpec[] = [];
  let commands = program.commands;
  for (const name of names) {
    const command = commands.find((c) => c.name === name)!;
    chain.push(command);
    commands = command.subcommands ?? [];
  }
  return chain;
}

function help(names: string[], width?: number): string {
  return renderHelp(program, chainOf(...names), { width, palette: noColours });
}

Deno.test("renderHelp() lists every command of the program", () => {
  const text = help([]);
  for (const { name, summary } of program.commands) {
    assert(text.includes(`  ${name} `), name);
    assertStringIncludes(text.replace(/\s+/g, " "), summary);
  }
  assertStringIncludes(text, "  130  interrupted");
});

Deno.test("renderHelp() shows arguments, flags, global flags, examples and exit codes", () => {
  const text = help(["route"]);
  for (
    const part of [
      "  atmosphere route INTENT... [flags]",
      "-e, --explain",
      "--data-dir DIR",
      "Examples",
      "  5  nothing can serve it",
    ]
  ) assertStringIncludes(text, part);
  // The general meaning of a code gives way to the command's own.
  assert(!text.includes("no capability can serve it"));
});

Deno.test("renderHelp() keeps within the width, and aligns what follows the labels", () => {
  for (const width of [40, 60, 80, 100]) {
    for (const names of [[], ["route"], ["serve"], ["embed"], ["config"], ["config", "set"]]) {
      for (const line of help(names, width).split("\n")) {
        // Examples, usage and words that can't be broken are never cut.
        if (/^ {2}(#|atmosphere|git|\S+$)/.test(line) || !line.trim().includes(" ")) continue;
        assert(columnsOf(line) <= width, `${width}: ${line}`);
      }
    }
  }
});

Deno.test("renderHelp() uses colours only when the palette has them", () => {
  assert(!help(["serve"]).includes("\x1b"));
  const coloured = renderHelp(program, chainOf("serve"), { width: 80, palette: colours });
  // deno-lint-ignore no-control-regex
  assertEquals(coloured.replace(/\x1b\[\d+m/g, ""), help(["serve"]));
});

Deno.test("flagLabel() shows the form of a switch that changes something", () => {
  assertEquals(
    flagLabel({ name: "scan", type: "boolean", default: true, description: "" }),
    "--no-scan",
  );
  assertEquals(flagLabel({ name: "json", type: "boolean", description: "" }), "--json");
  assertEquals(
    flagLabel({ name: "port", short: "p", type: "number", valueName: "PORT", description: "" }),
    "-p, --port PORT",
  );
});

Deno.test("flagDescription() adds values, default and variable", () => {
  const text = flagDescription({
    name: "prefer",
    type: "enum",
    valueName: "WHAT",
    values: ["a", "b"],
    default: "a",
    env: "PREFER",
    description: "What",
  });
  assertEquals(text, "What (one of a, b; default a; env PREFER)");
});

Deno.test("usageLine() marks optional and repeated arguments", () => {
  assertEquals(usageLine(program, chainOf("embed")), "atmosphere embed [TEXT...] [flags]");
  assertEquals(usageLine(program, chainOf("config")), "atmosphere config COMMAND [flags]");
  assertEquals(usageLine(program, []), "atmosphere COMMAND [flags]");
});
