/**
 * The real process as a context.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import type { CliContext, TextReader, TextWriter } from "./context.ts";
import { OutputClosed } from "./context.ts";
import { listenForInterrupts } from "./signals.ts";

/** The process that this program runs in, with its environment. */
export function systemContext(env: Readonly<Record<string, string>>): CliContext {
  return {
    stdout: stdoutWriter(),
    stderr: stderrWriter(),
    stdin: stdinReader(),
    env,
    columns: terminalColumns(),
    interrupts: listenForInterrupts,
    app: () => import("../app/mod.ts"),
  };
}

function terminalColumns(): number | undefined {
  try {
    const { columns } = Deno.consoleSize();
    return columns > 0 ? columns : undefined;
  } catch {
    return undefined; // None of the three streams is a terminal.
  }
}

function stdoutWriter(): TextWriter {
  return {
    isTerminal: Deno.stdout.isTerminal(),
    async write(text) {
      let rest = new TextEncoder().encode(text);
      try {
        while (rest.length > 0) rest = rest.subarray(await Deno.stdout.write(rest));
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) {
          throw new OutputClosed("The reader of stdout has gone away");
        }
        throw error;
      }
    },
  };
}

function stderrWriter(): TextWriter {
  return {
    isTerminal: Deno.stderr.isTerminal(),
    // Synchronous, so that lines keep their order beside those of the log.
    write(text) {
      let rest = new TextEncoder().encode(text);
      try {
        while (rest.length > 0) rest = rest.subarray(Deno.stderr.writeSync(rest));
      } catch {
        // Nobody reads diagnostics; the result may still be wanted.
      }
      return Promise.resolve();
    },
  };
}

function stdinReader(): TextReader {
  return {
    isTerminal: Deno.stdin.isTerminal(),
    async isPiped() {
      const { fstatSync } = await import("node:fs");
      try {
        const stat = fstatSync(0);
        return stat.isFIFO() || stat.isFile() || stat.isSocket();
      } catch {
        return false; // Closed by whoever started this process.
      }
    },
    readText: async ({ maxBytes, signal }) => {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      let size = 0;
      const reader = Deno.stdin.readable.getReader();
      const stop = () => void reader.cancel(signal.reason).catch(() => {});
      signal.addEventListener("abort", stop, { once: true });
      try {
        signal.throwIfAborted();
        for (;;) {
          const { value, done } = await reader.read();
          signal.throwIfAborted();
          if (done) return decode(chunks);
          size += value.length;
          if (size > maxBytes) throw tooMuch(maxBytes);
          chunks.push(value);
        }
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
  };
}

function tooMuch(maxBytes: number): AtmosphereError {
  return new AtmosphereError(
    "payload_too_large",
    `stdin holds more than ${maxBytes} bytes`,
    { hint: "Send less at once" },
  );
}

async function decode(chunks: Uint8Array<ArrayBuffer>[]): Promise<string> {
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AtmosphereError("invalid_request", "stdin is not UTF-8 text", { cause });
  }
}
