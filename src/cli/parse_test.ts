import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseCommandLine } from "./parse.ts";
import type { ProgramSpec } from "./spec.ts";
import { UsageError } from "./usage_error.ts";

const load = () => Promise.resolve({ run: () => Promise.resolve(0) });

const program: ProgramSpec = {
  name: "prog",
  summary: "A program",
  description: [],
  examples: [],
  exitCodes: [],
  globalFlags: [
    { name: "json", type: "boolean", description: "JSON" },
    { name: "help", short: "h", type: "boolean", description: "Help" },
    { name: "version", short: "V", type: "boolean", description: "Version" },
    { name: "dir", type: "string", valueName: "DIR", description: "Directory" },
  ],
  commands: [
    {
      name: "serve",
      summary: "Serve",
      flags: [
        {
          name: "port",
          short: "p",
          type: "number",
          valueName: "PORT",
          integer: true,
          min: 0,
          max: 65_535,
          default: 8_000,
          description: "Port",
        },
        { name: "heat", short: "t", type: "number", valueName: "T", description: "Heat" },
        { name: "scan", type: "boolean", default: true, description: "No scan" },
        { name: "all", short: "a", type: "boolean", description: "All" },
        { name: "big", short: "b", type: "boolean", description: "Big" },
        {
          name: "kind",
          type: "enum",
          valueName: "KIND",
          values: ["llm/chat", "llm/embed"],
          prefixes: ["tool/"],
          description: "Kind",
        },
        { name: "file", short: "f", type: "list", valueName: "FILE", description: "File" },
      ],
      load,
    },
    {
      name: "config",
      aliases: ["cfg"],
      summary: "Config",
      subcommands: [
        {
          name: "set",
          summary: "Set",
          arguments: [
            { name: "KEY", description: "Key", required: true },
            { name: "VALUE", description: "Value", required: true },
          ],
          load,
        },
      ],
    },
    {
      name: "ask",
      summary: "Ask",
      arguments: [{ name: "PROMPT", description: "Prompt", required: true, variadic: true }],
      load,
    },
  ],
};

function parse(...argv: string[]) {
  return parseCommandLine(program, argv);
}

function fault(...argv: string[]): UsageError {
  return assertThrows(() => parse(...argv), UsageError);
}

Deno.test("parseCommandLine() takes global flags before and after the command", () => {
  for (const argv of [["--json", "serve"], ["serve", "--json"]]) {
    const line = parse(...argv);
    assertEquals(line.path, ["serve"]);
    assertEquals(line.flags.boolean("json"), true);
  }
  assertEquals(parse("--dir", "x", "config", "set", "a", "b").flags.string("dir"), "x");
});

Deno.test("parseCommandLine() reads every way to write a value", () => {
  for (const argv of [["--port=81"], ["--port", "81"], ["-p", "81"], ["-p81"], ["-p=81"]]) {
    assertEquals(parse("serve", ...argv).flags.number("port"), 81);
  }
  assertEquals(parse("serve").flags.number("port"), 8_000);
  assertEquals(parse("serve").flags.has("port"), false);
  assertEquals(parse("--dir=a=b", "serve").flags.string("dir"), "a=b");
  assertEquals(parse("--dir=", "serve").flags.string("dir"), "");
  assertEquals(parse("serve", "--heat", "-1.5").flags.number("heat"), -1.5);
});

Deno.test("parseCommandLine() reads clusters of short flags", () => {
  const line = parse("serve", "-abp81");
  assert(line.flags.boolean("all") && line.flags.boolean("big"));
  assertEquals(line.flags.number("port"), 81);
  assertEquals(fault("serve", "-abx").message, "Unknown flag -x");
});

Deno.test("parseCommandLine() reads switches on and off", () => {
  assertEquals(parse("serve").flags.boolean("scan"), true);
  assertEquals(parse("serve", "--no-scan").flags.boolean("scan"), false);
  assertEquals(parse("serve", "--scan=false").flags.boolean("scan"), false);
  assertEquals(parse("serve", "--no-all").flags.boolean("all"), false);
  assertEquals(parse("serve", "--all", "--all").flags.boolean("all"), true);
  assertEquals(
    fault("serve", "--all", "--no-all").message,
    "--all and --no-all exclude each other",
  );
  assertEquals(
    fault("serve", "--all=maybe").message,
    '--all is a switch and takes true or false, got "maybe"',
  );
  assertEquals(fault("serve", "--no-scan=1").message, '--no-scan takes no value, got "1"');
  assertEquals(fault("serve", "--no-port").message, "Unknown flag --no-port");
});

Deno.test("parseCommandLine() leaves everything after -- alone", () => {
  assertEquals(parse("ask", "--", "--json", "-x", "--").args, ["--json", "-x", "--"]);
  assertEquals(parse("ask", "-").args, ["-"]);
  assertEquals(parse("ask", "007", "1e3", "true").args, ["007", "1e3", "true"]);
});

Deno.test("parseCommandLine() collects lists and refuses other repetitions", () => {
  assertEquals(parse("serve", "-f", "a", "--file=b", "-fa").flags.list("file"), ["a", "b", "a"]);
  assertEquals(parse("serve").flags.list("file"), []);
  assertEquals(parse("serve", "-p1", "-p1").flags.number("port"), 1);
  assertEquals(fault("serve", "-p1", "-p2").message, '--port is given twice: "1" and "2"');
});

Deno.test("parseCommandLine() names unknown commands and flags and what was meant", () => {
  const command = fault("sevre");
  assertEquals(command.message, 'Unknown command "sevre"');
  assertEquals(command.hint, 'Did you mean "serve"?');
  assertEquals(command.exitCode, 2);
  const sub = fault("config", "st");
  assertEquals(sub.message, 'Unknown config command "st"');
  assertEquals(sub.path, ["config"]);
  const flag = fault("serve", "--prot=1");
  assertEquals(flag.hint, 'Did you mean "--port"?');
  assertEquals(flag.path, ["serve"]);
  assertEquals(fault("--port=1", "serve").hint, '--port belongs to "serve"; write it after that');
  assertEquals(fault("ask", "-5").hint, "Write -- before arguments that begin with a dash");
});

Deno.test("parseCommandLine() does not take a flag for a missing value", () => {
  assertEquals(fault("serve", "--port").message, "--port needs a value");
  const swallowed = fault("serve", "--file", "--json");
  assertEquals(swallowed.message, "--file needs a value");
  assertEquals(swallowed.hint, "A value that begins with a dash is written --file=--json");
});

Deno.test("parseCommandLine() checks numbers against their range", () => {
  for (const text of ["abc", "", "80.5", "-1", "65536", "0x50", "Infinity", "8 0"]) {
    assertEquals(
      fault("serve", `--port=${text}`).message,
      `--port must be a whole number from 0 to 65535, got "${text}"`,
    );
  }
  assertEquals(parse("serve", "--port=0").flags.number("port"), 0);
  assertEquals(parse("serve", "--heat=.5e1").flags.number("heat"), 5);
});

Deno.test("parseCommandLine() checks words against their list", () => {
  assertEquals(parse("serve", "--kind", "llm/chat").flags.string("kind"), "llm/chat");
  assertEquals(parse("serve", "--kind", "tool/git").flags.string("kind"), "tool/git");
  const wrong = fault("serve", "--kind", "chat");
  assertEquals(
    wrong.message,
    '--kind must be one of llm/chat, llm/embed, tool/…, got "chat"',
  );
  assertEquals(wrong.hint, 'Did you mean "llm/chat"?');
  fault("serve", "--kind", "tool/");
});

Deno.test("parseCommandLine() counts arguments", () => {
  assertEquals(parse("cfg", "set", "a", "b").path, ["config", "set"]);
  assertEquals(fault("config", "set", "a").message, "config set needs VALUE");
  assertEquals(
    fault("config", "set", "a", "b", "c").message,
    'config set takes 2 arguments, got "c" too',
  );
  assertEquals(fault("serve", "now").message, 'serve takes no arguments, got "now" too');
  assertEquals(fault("ask").message, "ask needs PROMPT");
  assertEquals(parse("ask", "a", "b").args, ["a", "b"]);
});

Deno.test("parseCommandLine() gives help in spite of other faults", () => {
  for (
    const argv of [
      ["serve", "--help"],
      ["serve", "-h"],
      ["serve", "--prot", "--help"],
      ["serve", "--port", "--help"],
      ["--help", "serve"],
      ["serve", "--port=x", "-h"],
    ]
  ) {
    const line = parse(...argv);
    assertEquals([line.help, line.path], [true, ["serve"]]);
  }
  assertEquals(parse("config", "set", "--help").path, ["config", "set"]);
  assertEquals(fault("sevre", "--help").message, 'Unknown command "sevre"');
  assertEquals(parse("ask", "--", "--help").help, false);
});

Deno.test("parseCommandLine() does not let a flag reach the object prototype", () => {
  for (const name of ["__proto__", "constructor", "toString", "no-__proto__"]) {
    assertEquals(fault("serve", `--${name}=x`).message, `Unknown flag --${name}`);
  }
});

Deno.test("parseCommandLine() takes or names every line, and never fails otherwise", () => {
  const token = fc.oneof(
    fc.constantFrom("serve", "config", "set", "ask", "--port", "-p", "--", "-", "--json", "-ab"),
    fc.string({ maxLength: 8 }),
    fc.string({ maxLength: 8 }).map((s) => `--${s}`),
  );
  fc.assert(fc.property(fc.array(token, { maxLength: 8 }), (argv) => {
    try {
      parse(...argv);
    } catch (error) {
      assert(error instanceof UsageError, String(error));
    }
  }));
});

Deno.test("parseCommandLine() hands arguments over as they were written", () => {
  fc.assert(fc.property(fc.array(fc.string(), { minLength: 1 }), (args) => {
    assertEquals(parse("ask", "--", ...args).args, args);
  }));
});
