/**
 * What commands share on their way to a node: configuration, logger, connection.
 *
 * @module
 */

import type { Connection, OpenOptions } from "../app/types.ts";
import { loadConfig } from "../config/load.ts";
import type { ConfigFlags } from "../config/overrides.ts";
import type { Config } from "../config/types.ts";
import { createLogger, type LogLevel, logLevels } from "../core/logger.ts";
import type { Invocation } from "./invocation.ts";

/** Least severity that a command with a result of its own logs, unless told otherwise. */
const quietLevel: LogLevel = "warn";

/** What the command line says about configuration; nothing where a flag is absent. */
export function configFlags({ flags }: Invocation): Partial<ConfigFlags> {
  const level = flags.boolean("verbose") ? "debug" : flags.string("log-level");
  return {
    dataDir: flags.string("data-dir"),
    config: flags.string("config"),
    logLevel: level,
  };
}

/**
 * The configuration in effect for this command line and `more` flags of the command's own. Throws
 * `config_invalid` with every mistake.
 */
export async function loadSettings(
  invocation: Invocation,
  more: Partial<ConfigFlags> = {},
): Promise<Config> {
  return await loadConfig({
    flags: { ...configFlags(invocation), ...more },
    env: invocation.context.env,
  });
}

/** How much a command logs: what the line says; else what is configured, but only warnings. */
function commandLogLevel({ flags }: Invocation, configured: LogLevel): LogLevel {
  if (flags.boolean("verbose") || flags.has("log-level")) return configured;
  const least = flags.boolean("quiet") ? "error" : quietLevel;
  return logLevels.indexOf(configured) > logLevels.indexOf(least) ? configured : least;
}

/** Options for a node that this command opens: a logger on stderr, ended by the first interrupt. */
export function nodeOptions(
  invocation: Invocation,
  config: Config,
  options: { readonly level?: LogLevel } = {},
): OpenOptions {
  const { context, signal } = invocation;
  const level = options.level ?? commandLogLevel(invocation, config.log.level);
  const logger = createLogger({
    level,
    format: config.log.format,
    write: (line) => void context.stderr.write(`${line}\n`),
  });
  return { logger, signal };
}

/** The running node, else the data directory in this process. Dispose it when done. */
export async function connectNode(invocation: Invocation): Promise<Connection> {
  const config = await loadSettings(invocation);
  const { connect } = await invocation.context.app();
  return await connect(config, nodeOptions(invocation, config));
}
