/**
 * The process around a command, as an argument: commands are tested without spawning one.
 *
 * @module
 */

import type { Config } from "../config/types.ts";
import type { MemoryApi } from "../core/memory_api.ts";
import type { RoutesApi } from "../core/routes_api.ts";
import type { Connection, InitReport, LocalNode, OpenOptions, RunningNode } from "../app/types.ts";

/** Where text goes. */
export interface TextWriter {
  /** Whether a person reads it. */
  readonly isTerminal: boolean;
  /** Writes all of `text`; throws `OutputClosed` when the reader has gone away. */
  write(text: string): Promise<void>;
}

/** Where text comes from. */
export interface TextReader {
  /** Whether a person would have to type it. */
  readonly isTerminal: boolean;
  /** Whether something was connected to it on purpose: a pipe, a socket or a file. */
  isPiped(): Promise<boolean>;
  /**
   * Reads to the end as UTF-8. Throws `payload_too_large` beyond `maxBytes`, `invalid_request` for
   * what is not UTF-8, or the signal's reason.
   */
  readText(options: { readonly maxBytes: number; readonly signal: AbortSignal }): Promise<string>;
}

/** The interrupts of this process (Ctrl-C and what a service manager sends). */
export interface Interrupts extends Disposable {
  /** Aborts at the first one. */
  readonly first: AbortSignal;
  /** Aborts at the second one. */
  readonly second: AbortSignal;
}

/** What became of a damaged memory. */
export interface MemoryRecovery {
  /** The damaged file under its new name. */
  readonly backup: string;
  readonly recovered: number;
  readonly lost: number;
}

/** What the commands need from `app/`, loaded when the first one needs it. */
export interface AppFunctions {
  /** Starts a node that listens. */
  startNode(config: Config, options?: OpenOptions): Promise<RunningNode>;
  /** Opens the data directory in this process. */
  openNode(config: Config, options?: OpenOptions): Promise<LocalNode>;
  /** Connects to the running node, else opens the data directory. */
  connect(config: Config, options?: OpenOptions): Promise<Connection>;
  /** Makes what a node needs to start. */
  initNode(config: Config, options?: OpenOptions): Promise<InitReport>;
  /** Opens the memory, which a node may have open as well. */
  openMemory(config: Config, options?: OpenOptions): Promise<MemoryApi & AsyncDisposable>;
  /** Opens the routes; a running node sees what is changed. */
  openRoutes(config: Config, options?: OpenOptions): Promise<RoutesApi & AsyncDisposable>;
  /** Sets a damaged file of the memory aside and saves what can be read. */
  recoverNodeMemory(config: Config, options?: OpenOptions): Promise<MemoryRecovery>;
}

/** A process: its streams, environment, terminal and interrupts. */
export interface CliContext {
  readonly stdout: TextWriter;
  readonly stderr: TextWriter;
  readonly stdin: TextReader;
  readonly env: Readonly<Record<string, string>>;
  /** Width of the terminal in columns; undefined when there is none. */
  readonly columns: number | undefined;
  /** Starts listening for interrupts; dispose to stop. */
  interrupts(): Interrupts;
  /** Loads the composition root. */
  app(): Promise<AppFunctions>;
}

/** Thrown when the reader of stdout has gone away, as `| head` does; the command then ends quietly. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}
