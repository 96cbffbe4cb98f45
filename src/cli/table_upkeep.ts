/**
 * Commands about the program and its configuration.
 *
 * @module
 */

import type { ArgumentSpec, CommandSpec } from "./spec.ts";

const key: ArgumentSpec = {
  name: "KEY",
  description: "Path in the configuration, such as server.port",
  required: true,
  completes: "config-key",
};

const configGet: CommandSpec = {
  name: "get",
  summary: "Print one value that is in effect",
  arguments: [key],
  examples: [{ command: "atmosphere config get server.port", description: "The port" }],
  exitCodes: [{ code: 3, meaning: "there is no such key, or it is not set" }],
  json: "the value",
  load: () => import("./commands/config_get.ts"),
};

const configSet: CommandSpec = {
  name: "set",
  summary: "Change one value in the configuration file",
  description: [
    "Comments and order of the file stay. The file as it was is kept beside it with the ending " +
    ".bak. A value that would make the configuration invalid is refused, and the file left alone.",
  ],
  arguments: [
    key,
    { name: "VALUE", description: "The value, as in YAML", required: true },
  ],
  examples: [
    { command: "atmosphere config set server.port 8080", description: "Another port" },
    { command: "atmosphere config set node.name workstation", description: "Another name" },
  ],
  json: "`{file, backup?, key, value}`",
  load: () => import("./commands/config_set.ts"),
};

const config: CommandSpec = {
  name: "config",
  summary: "Read, change and check the configuration",
  description: [
    "Flags win over the environment, the environment over the file, the file over the defaults.",
  ],
  subcommands: [
    configGet,
    configSet,
    {
      name: "show",
      summary: "Print everything that is in effect, secrets left out",
      examples: [{ command: "atmosphere config show", description: "The effective configuration" }],
      json: "the configuration",
      load: () => import("./commands/config_show.ts"),
    },
    {
      name: "path",
      summary: "Print where the configuration file is",
      examples: [{ command: "atmosphere config path", description: "The file's path" }],
      json: "`{file, exists}`",
      load: () => import("./commands/config_path.ts"),
    },
    {
      name: "validate",
      summary: "Check the configuration file and name every mistake",
      arguments: [{
        name: "FILE",
        description: "Another file to check",
        required: false,
        completes: "file",
      }],
      examples: [{ command: "atmosphere config validate", description: "Check the file in use" }],
      exitCodes: [{ code: 2, meaning: "the file has mistakes" }],
      json:
        "`{file, valid, mistakes: [{path, value, expected, source}]}`; `source` is `FILE:LINE:COLUMN`",
      load: () => import("./commands/config_validate.ts"),
    },
    {
      name: "schema",
      summary: "Print the JSON Schema of the configuration file",
      examples: [{ command: "atmosphere config schema", description: "For editors and scripts" }],
      json: "the schema, with or without the flag",
      load: () => import("./commands/config_schema.ts"),
    },
  ],
};

const version: CommandSpec = {
  name: "version",
  summary: "Print the version of this program and of what it runs on",
  flags: [{
    name: "notices",
    type: "boolean",
    description: "Print the licences of what the executable is made of",
  }],
  examples: [{ command: "atmosphere version --json", description: "For bug reports" }],
  json: "`{version, deno, v8, typescript, platform, arch}`",
  load: () => import("./commands/version.ts"),
};

const completions: CommandSpec = {
  name: "completions",
  summary: "Print a shell's completion script",
  arguments: [{
    name: "SHELL",
    description: "bash, fish, powershell or zsh",
    required: true,
    values: ["bash", "fish", "powershell", "zsh"],
  }],
  examples: [
    { command: "source <(atmosphere completions bash)", description: "In ~/.bashrc" },
    {
      command: "atmosphere completions fish > ~/.config/fish/completions/atmosphere.fish",
      description: "For fish",
    },
  ],
  load: () => import("./commands/completions.ts"),
};

/** Commands about the program and its configuration. */
export const upkeepCommands: readonly CommandSpec[] = [config, completions, version];
