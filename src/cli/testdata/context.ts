/**
 * A process in memory: what a command prints is text, what it needs from a node is given.
 *
 * @module
 */

import type { AppFunctions, CliContext } from "../context.ts";
import { OutputClosed } from "../context.ts";
import { runCli } from "../run.ts";

/** What a command line did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the process in memory is made. */
export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether all three streams are a terminal, and its width. */
  readonly terminal?: { readonly columns: number };
  /** What is piped in; nothing is connected to stdin when absent. */
  readonly stdin?: string;
  /** What the node does; a command that asks for one without it fails. */
  readonly app?: Partial<AppFunctions>;
  readonly interrupts?: { readonly first: AbortController; readonly second: AbortController };
  /** Called with each piece of stdout. */
  readonly onStdout?: (text: string) => void;
  /** Pieces of stdout after which its reader goes away. */
  readonly closesAfter?: number;
}

/** Runs `argv` in a process in memory. */
export async function runInMemory(
  argv: readonly string[],
  options: ProcessOptions = {},
): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const isTerminal = options.terminal !== undefined;
  const first = options.interrupts?.first ?? new AbortController();
  const second = options.interrupts?.second ?? new AbortController();
  const context: CliContext = {
    stdout: {
      isTerminal,
      write: (text) => {
        if (options.closesAfter !== undefined && out.length >= options.closesAfter) {
          return Promise.reject(new OutputClosed("The reader of stdout has gone away"));
        }
        out.push(text);
        options.onStdout?.(text);
        return Promise.resolve();
      },
    },
    stderr: {
      isTerminal,
      write: (text) => {
        err.push(text);
        return Promise.resolve();
      },
    },
    stdin: {
      isTerminal,
      isPiped: () => Promise.resolve(options.stdin !== undefined),
      readText: () => Promise.resolve(options.stdin ?? ""),
    },
    env: options.env ?? {},
    columns: options.terminal?.columns,
    interrupts: () => ({ first: first.signal, second: second.signal, [Symbol.dispose]: () => {} }),
    app: () => Promise.resolve(completeApp(options.app ?? {})),
  };
  const code = await runCli(argv, context);
  return { code, stdout: out.join(""), stderr: err.join("") };
}

function completeApp(app: Partial<AppFunctions>): AppFunctions {
  const refuse = (name: string) => () => Promise.reject(new TypeError(`${name}() is not expected`));
  return {
    startNode: app.startNode ?? refuse("startNode"),
    openNode: app.openNode ?? refuse("openNode"),
    connect: app.connect ?? refuse("connect"),
    initNode: app.initNode ?? refuse("initNode"),
    openMemory: app.openMemory ?? refuse("openMemory"),
    openRoutes: app.openRoutes ?? refuse("openRoutes"),
    recoverNodeMemory: app.recoverNodeMemory ?? refuse("recoverNodeMemory"),
  };
}

/** Runs `body` with a directory of its own that is gone afterwards. */
export async function withDirectory(body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "atmosphere-cli-" });
  try {
    await body(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
