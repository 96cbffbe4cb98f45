/**
 * What the memory's commands share.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import type { Filter, MemoryApi, Scope } from "../core/memory_api.ts";
import type { Invocation } from "./invocation.ts";
import { loadSettings, nodeOptions } from "./settings.ts";
import { UsageError } from "./usage_error.ts";

/** Opens the memory of this command line. Dispose it when done. */
export async function openMemory(invocation: Invocation): Promise<MemoryApi & AsyncDisposable> {
  const config = await loadSettings(invocation);
  const app = await invocation.context.app();
  return await app.openMemory(config, nodeOptions(invocation, config));
}

/** A flag that holds a JSON object; undefined when absent. */
export function objectFlag(
  { flags, path }: Invocation,
  name: string,
): Record<string, unknown> | undefined {
  const text = flags.string(name);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`--${name} is not JSON: ${text}`, { path });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`--${name} must be a JSON object, got ${text}`, { path });
  }
  return value as Record<string, unknown>;
}

/** What the scope flags leave. */
export function scopeOf(invocation: Invocation): Scope {
  const { flags } = invocation;
  const namespace = flags.string("namespace");
  const source = flags.string("source");
  const filter = objectFlag(invocation, "filter") as Filter | undefined;
  const createdAfter = flags.string("since");
  const createdBefore = flags.string("until");
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(source === undefined ? {} : { source }),
    ...(filter === undefined ? {} : { filter }),
    ...(createdAfter === undefined ? {} : { createdAfter }),
    ...(createdBefore === undefined ? {} : { createdBefore }),
  };
}

/** The collection that the command line names. */
export function collectionOf({ flags }: Invocation): string {
  return flags.string("collection") ?? "default";
}

/** A failure to read or write `path`, in words. */
export function fileError(error: unknown, path: string): unknown {
  if (error instanceof Deno.errors.NotFound) {
    return new AtmosphereError("not_found", `There is no ${path}`, { cause: error });
  }
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.IsADirectory) {
    return new AtmosphereError("invalid_request", `${path} can't be read or written`, {
      cause: error,
    });
  }
  if (error instanceof Error && "code" in error) {
    if (error.code === "ENOSPC" || error.code === "EDQUOT") {
      return new AtmosphereError("insufficient_storage", `No space is left to write ${path}`, {
        cause: error,
        hint: "Free some space",
      });
    }
    if (error.code === "EROFS") {
      return new AtmosphereError("invalid_request", `${path} is on a read-only file system`, {
        cause: error,
      });
    }
  }
  return error;
}
