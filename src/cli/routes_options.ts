/**
 * What the commands about routes share.
 *
 * @module
 */

import type { Route, RouteTarget } from "../core/route.ts";
import type { LabelledSource, RoutesApi, RoutesProgress, RoutesWork } from "../core/routes_api.ts";
import { AtmosphereError } from "../core/errors.ts";
import type { CapabilityKind } from "../core/capability.ts";
import type { Invocation } from "./invocation.ts";
import { loadSettings, nodeOptions } from "./settings.ts";
import { UsageError } from "./usage_error.ts";

/** Most bytes of a file of labelled texts. */
const maxFileBytes = 64 * 1024 * 1024;
/** Ways to say where a route leads; each is a flag. */
const targetFlags = ["model", "kind", "tag", "agent", "tool", "node"] as const;
/** Shortest time between two lines about progress. */
const progressMs = 1_000;

/** The routes of the data directory. Dispose them when done. */
export async function openRoutes(invocation: Invocation): Promise<RoutesApi & AsyncDisposable> {
  const config = await loadSettings(invocation);
  const app = await invocation.context.app();
  return await app.openRoutes(config, nodeOptions(invocation, config));
}

/** Where the command line says that routes lead; undefined when it says nothing. */
export function targetOf({ flags, path }: Invocation): RouteTarget | undefined {
  const given = targetFlags.filter((name) => flags.string(name) !== undefined);
  if (given.length === 0) return undefined;
  const [name] = given;
  if (given.length > 1 || name === undefined) {
    throw new UsageError(`Only one of ${given.map((flag) => `--${flag}`).join(" and ")}`, { path });
  }
  const value = flags.string(name)!;
  return name === "kind" ? { kind: value as CapabilityKind } : { [name]: value };
}

/** A route's target in a few words. */
export function describeTarget({ target }: Route): string {
  return Object.entries(target).map(([way, what]) => `${way} ${what}`).join(", ");
}

/** Signal and progress of long work: lines on stderr when a person sees them. */
export function workOf({ signal, context, output }: Invocation): RoutesWork {
  if (!context.stderr.isTerminal) return { signal };
  let shownMs = 0;
  return {
    signal,
    onProgress: (progress) => {
      const isEnd = progress.done === progress.total;
      if (!isEnd && shownMs > 0 && performance.now() - shownMs < progressMs) return;
      shownMs = performance.now();
      void output.note(describeProgress(progress));
    },
  };
}

function describeProgress({ step, done, total }: RoutesProgress): string {
  switch (step) {
    case "embedding":
      return `${done} of ${total} texts embedded`;
    case "training":
      return done === total ? "Trained" : "Training";
    case "evaluating":
      return `${done} of ${total} folds evaluated`;
  }
}

/** A file of labelled texts that the command line names; `-` is stdin. */
export async function readLabelledFile(
  invocation: Invocation,
  file: string,
): Promise<LabelledSource> {
  const { context, flags, signal } = invocation;
  const onBroken = flags.boolean("skip-broken") ? "skip" : "fail";
  if (file === "-") {
    const content = await context.stdin.readText({ maxBytes: maxFileBytes, signal });
    return { name: "stdin", content, onBroken };
  }
  let bytes: Uint8Array;
  try {
    const { size } = await Deno.stat(file);
    if (size > maxFileBytes) {
      throw new AtmosphereError(
        "payload_too_large",
        `The file ${file} has ${size} bytes, at most ${maxFileBytes} are read`,
      );
    }
    bytes = await Deno.readFile(file);
  } catch (cause) {
    if (cause instanceof AtmosphereError) throw cause;
    if (cause instanceof Deno.errors.NotFound) {
      throw new AtmosphereError("not_found", `There is no file ${file}`, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AtmosphereError("invalid_request", `Could not read ${file}: ${reason}`, { cause });
  }
  try {
    const content = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { name: file, content, onBroken };
  } catch (cause) {
    throw new AtmosphereError("invalid_request", `The file ${file} is not UTF-8 text`, { cause });
  }
}

/** Remarks about lines that were left out. */
export async function noteBroken(
  { output }: Invocation,
  broken: readonly { readonly line: number; readonly reason: string }[],
): Promise<void> {
  for (const { line, reason } of broken.slice(0, 10)) {
    await output.note(`Left out line ${line}: ${reason}`);
  }
  if (broken.length > 10) await output.note(`Left out ${broken.length - 10} more lines`);
}

/** A share as a percentage. */
export function percentage(value: number | null): string {
  return value === null ? "-" : `${(value * 100).toFixed(2)} %`;
}
