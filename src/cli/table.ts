/**
 * The command line as data: the one table that parsing, help, suggestions, completions, man pages
 * and `docs/cli.md` come from. It loads nothing; each command's module is imported when it runs.
 *
 * @module
 */

import { logLevels } from "../core/logger.ts";
import type { CommandSpec, ExitCodeSpec, FlagSpec, ProgramSpec } from "./spec.ts";
import { capabilityCommands } from "./table_capabilities.ts";
import { feedbackCommands } from "./table_feedback.ts";
import { memoryCommands } from "./table_memory.ts";
import { nodeCommands } from "./table_node.ts";
import { routesCommands } from "./table_routes.ts";
import { upkeepCommands } from "./table_upkeep.ts";

const globalFlags: readonly FlagSpec[] = [
  {
    name: "data-dir",
    type: "string",
    valueName: "DIR",
    completes: "directory",
    env: "ATMOSPHERE_DATA_DIR",
    otherwise: "~/.atmosphere",
    description: "Data directory",
  },
  {
    name: "config",
    type: "string",
    valueName: "FILE",
    completes: "file",
    otherwise: "config.yaml in the data directory",
    description: "Configuration file",
  },
  { name: "json", type: "boolean", description: "Print the result as JSON" },
  { name: "quiet", short: "q", type: "boolean", description: "Print the result and errors only" },
  {
    name: "verbose",
    short: "v",
    type: "boolean",
    description: "Log everything, as --log-level debug does",
  },
  {
    name: "log-level",
    type: "enum",
    valueName: "LEVEL",
    values: logLevels,
    env: "ATMOSPHERE_LOG_LEVEL",
    description: "Log records of this severity and above",
  },
  {
    name: "color",
    type: "boolean",
    default: true,
    env: "NO_COLOR",
    description: "Print without colours",
  },
  { name: "help", short: "h", type: "boolean", description: "Explain the command" },
  { name: "version", short: "V", type: "boolean", description: "Print the version" },
];

const exitCodes: readonly ExitCodeSpec[] = [
  { code: 0, meaning: "done" },
  { code: 1, meaning: "failed" },
  { code: 2, meaning: "wrong usage or configuration" },
  { code: 3, meaning: "not found" },
  { code: 4, meaning: "refused by policy or authentication" },
  { code: 5, meaning: "no capability can serve it" },
  { code: 130, meaning: "interrupted" },
];

const help: CommandSpec = {
  name: "help",
  summary: "Explain a command",
  arguments: [{
    name: "COMMAND",
    description: "Words of the command; all commands are listed when absent",
    required: false,
    variadic: true,
    completes: "command",
  }],
  examples: [{ command: "atmosphere help config set", description: "Explain config set" }],
  load: () => import("./commands/help.ts"),
};

/** The command table. */
export const program: ProgramSpec = {
  name: "atmosphere",
  summary: "The local front door to every AI capability you own",
  description: [
    "Finds the model servers on this machine and the APIs that it is told of, and gives every " +
    "program one endpoint that routes each request by meaning, cost and load.",
  ],
  globalFlags,
  commands: [
    ...nodeCommands,
    ...capabilityCommands,
    ...routesCommands,
    ...memoryCommands,
    ...feedbackCommands,
    ...upkeepCommands,
    help,
  ],
  examples: [
    { command: "atmosphere init", description: "Set this machine up and see what is there" },
    { command: "atmosphere serve", description: "Start the node" },
    {
      command: 'atmosphere route "write a python function that parses dates" --explain',
      description: "See which model would answer, and why",
    },
  ],
  exitCodes,
};
