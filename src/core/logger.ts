/**
 * Structured logging to stderr, with secrets taken out.
 *
 * @module
 */

import { AtmosphereError } from "./errors.ts";

/** Severities, least first. */
export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** A severity; `silent` logs nothing. */
export type LogLevel = typeof logLevels[number];

/** Facts beside a message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger. */
export interface Logger {
  /** Logs what helps to find a fault. */
  debug(message: string, fields?: LogFields): void;
  /** Logs what an owner wants to know. */
  info(message: string, fields?: LogFields): void;
  /** Logs what may need attention. */
  warn(message: string, fields?: LogFields): void;
  /** Logs what went wrong. */
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each record. */
  child(fields: LogFields): Logger;
}

/** Options of {@linkcode createLogger}. */
export interface LoggerOptions {
  /** Least severity that is logged. @default "info" */
  readonly level?: LogLevel;
  /** `text` for people, `json` for machines. @default "text" */
  readonly format?: "text" | "json";
  /** Takes one finished line, without its line feed. @default writes to stderr */
  readonly write?: (line: string) => void;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

// Field names whose values never reach a log, and shapes of credentials inside other text.
const secretName = /^(authorization|api[-_]?key|token|secret|password|cookie|private[-_]?key)$/i;
const secretText =
  /\b(sk-[A-Za-z0-9_-]{8,}|gsk_[A-Za-z0-9]{8,}|AIza[A-Za-z0-9_-]{20,}|Bearer\s+\S+)/g;

/** Text with everything that looks like a credential replaced. */
export function redact(text: string): string {
  return text.replace(secretText, "[redacted]");
}

/**
 * A failure that is known for what it is needs no stack, unless everything is to be seen; a fault of
 * the program always has one.
 */
function errorText(error: Error, stacks: boolean): string {
  if (!stacks && error instanceof AtmosphereError && error.code !== "internal") {
    const { cause } = error;
    const below = cause instanceof Error && !error.message.includes(cause.message)
      ? ` (${cause.name}: ${cause.message})`
      : "";
    return redact(`${error.message}${below}`);
  }
  return redact(error.stack ?? `${error.name}: ${error.message}`) +
    (error.cause === undefined ? "" : `\ncaused by ${String(clean(error.cause, stacks))}`);
}

function clean(value: unknown, stacks: boolean): unknown {
  if (typeof value === "string") return redact(value);
  if (value instanceof Error) return errorText(value, stacks);
  if (Array.isArray(value)) return value.map((inner) => clean(inner, stacks));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        secretName.test(key) ? "[redacted]" : clean(inner, stacks),
      ]),
    );
  }
  return value;
}

function writeToStderr(line: string): void {
  const bytes = new TextEncoder().encode(line + "\n");
  let written = 0;
  while (written < bytes.length) written += Deno.stderr.writeSync(bytes.subarray(written));
}

/** A logger that writes one line a record. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const threshold = logLevels.indexOf(options.level ?? "info");
  const write = options.write ?? writeToStderr;
  const now = options.now ?? Date.now;
  const stacks = threshold === logLevels.indexOf("debug");

  function make(base: LogFields): Logger {
    function log(level: Exclude<LogLevel, "silent">, message: string, fields: LogFields = {}) {
      if (logLevels.indexOf(level) < threshold) return;
      const time = new Date(now()).toISOString();
      const all = clean({ ...base, ...fields }, stacks) as Record<string, unknown>;
      if (options.format === "json") {
        write(JSON.stringify({ time, level, message: redact(message), ...all }));
        return;
      }
      const facts = Object.entries(all)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) =>
          `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`
        )
        .join(" ");
      write(`${time} ${level.padEnd(5)} ${redact(message)}${facts === "" ? "" : ` ${facts}`}`);
    }
    return {
      debug: (message, fields) => log("debug", message, fields),
      info: (message, fields) => log("info", message, fields),
      warn: (message, fields) => log("warn", message, fields),
      error: (message, fields) => log("error", message, fields),
      child: (fields) => make({ ...base, ...fields }),
    };
  }
  return make({});
}

/** A logger that drops everything. */
export const silentLogger: Logger = createLogger({ level: "silent", write: () => {} });
