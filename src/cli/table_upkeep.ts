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

const update: CommandSpec = {
  name: "update",
  summary: "Replace this executable by a newer one",
  description: [
    "Downloads the release for this machine, checks it against the release's checksums, puts it " +
    "beside the executable and renames it into place; whatever fails, the old one stays. Your data " +
    "is not touched. Nothing looks for updates unless this command is run.",
    "Where a package manager, an image or a source folder owns the program, it says how to update " +
    "there instead.",
  ],
  arguments: [{
    name: "VERSION",
    description: "Install this version; the latest, when it is newer, where absent",
    required: false,
  }],
  flags: [
    { name: "check", type: "boolean", description: "Say which version is the latest, no more" },
    { name: "dry-run", type: "boolean", description: "Say what would be done and do nothing" },
    {
      name: "undo",
      type: "boolean",
      description: "Bring back the executable that the last update replaced",
    },
    {
      name: "releases",
      type: "string",
      valueName: "URL",
      env: "ATMOSPHERE_RELEASES_URL",
      otherwise: "the project's own releases",
      description: "Mirror of the releases",
    },
  ],
  examples: [
    { command: "atmosphere update --check", description: "Is there a newer version" },
    { command: "atmosphere update", description: "Install it" },
    { command: "atmosphere update --undo", description: "Go back to the one before" },
  ],
  exitCodes: [
    { code: 3, meaning: "with --undo, no earlier executable is kept" },
    { code: 4, meaning: "something else owns the executable, and updates it" },
  ],
  json: "`{current, latest, newer}` with `--check`, else " +
    "`{action, from, to?, executable, previous?, runningNode?}`; `action` is `updated`, " +
    "`would-update`, `up-to-date` or `undone`",
  load: () => import("./commands/update.ts"),
};

/** Commands about the program and its configuration. */
export const upkeepCommands: readonly CommandSpec[] = [config, completions, update, version];
