/**
 * Reading the configuration file and finding all mistakes in it.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import type { Settings } from "./defaults.ts";
import { configError, issueMistake, type Mistake, type Path } from "./mistake.ts";

const maxFileBytes = 1024 * 1024;

function refuse(path: string, value: string, expected: string, cause?: unknown): AtmosphereError {
  const error = configError([{ path: "", value, expected, source: path }]);
  return new AtmosphereError("config_invalid", error.message, {
    cause,
    ...(error.details === undefined ? {} : { details: error.details }),
    hint: "atmosphere init writes a configuration file where there is none",
  });
}

/**
 * The text of the configuration file; undefined when there is none and none is `required`.
 *
 * Throws `config_invalid` when it can't be read or is no text, `data_dir_unusable` when its directory
 * is no directory, or when a file that need not be there is another user's.
 */
export async function readConfigFile(
  path: string,
  options: { readonly required: boolean; readonly maxBytes?: number },
): Promise<string | undefined> {
  const maxBytes = options.maxBytes ?? maxFileBytes;
  let bytes: Uint8Array;
  try {
    const info = await Deno.stat(path);
    // A pipe or a device could be endless.
    if (!info.isFile) {
      const found = info.isDirectory ? "a directory" : "something that is no file";
      throw refuse(path, found, "a YAML file");
    }
    if (info.size > maxBytes) {
      throw refuse(path, `a file of ${info.size} bytes`, `at most ${maxBytes} bytes`);
    }
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof AtmosphereError) throw error;
    if (error instanceof Deno.errors.NotFound) {
      if (!options.required) return undefined;
      throw refuse(path, "no file", "a YAML file", error);
    }
    if (error instanceof Deno.errors.NotADirectory) {
      throw new AtmosphereError(
        "data_dir_unusable",
        `Could not read ${path}: a part of its path is a file, not a directory`,
        { cause: error, hint: "Give another directory with --data-dir or ATMOSPHERE_DATA_DIR" },
      );
    }
    // In its default place it is a part of the data directory, which belongs to another user then.
    if (!options.required && error instanceof Deno.errors.PermissionDenied) {
      throw new AtmosphereError("data_dir_unusable", `Could not read ${path}: permission denied`, {
        cause: error,
        hint:
          "Let this user read and write the data directory (chown, chmod 700), or give another " +
          "with --data-dir or ATMOSPHERE_DATA_DIR",
      });
    }
    const reason = error instanceof Deno.errors.PermissionDenied
      ? "a file that this user may not read"
      : `a file that can't be read (${(error as Error).message})`;
    throw refuse(path, reason, "a readable file", error);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Not UTF-8: told below, as for a NUL.
  }
  throw refuse(path, "binary data", "text in UTF-8");
}

/** Whether `text` has more than comments, blank lines and a document's start. */
export function hasSettings(text: string): boolean {
  return !/^(?:[ \t]*(?:#.*)?(?:\r?\n|$)|---[ \t]*(?:\r?\n|$))*$/.test(text);
}

/** The settings of a file and where they stand. */
export interface FileSettings {
  /** Complete settings; undefined when there are mistakes. */
  readonly settings: Settings | undefined;
  /** What is of the right shape despite mistakes. */
  readonly partial: unknown;
  /** All mistakes, in the order of the file. */
  readonly mistakes: readonly Mistake[];
  /** `FILE:LINE:COLUMN` of a value. */
  locate(path: Path): string;
}

/** Reads and validates the text of a configuration file; `fileName` is what mistakes call it. */
export async function readSettings(text: string, fileName: string): Promise<FileSettings> {
  const nothing = { settings: undefined, partial: undefined, locate: () => fileName };
  if (text.trim() === "") {
    const expected = "settings or comments; delete the file to use the defaults";
    const mistake = { path: "", value: "an empty file", expected, source: fileName };
    return { ...nothing, mistakes: [mistake] };
  }
  const [{ readYaml }, { validateSettings }] = await Promise.all([
    import("./yaml_source.ts"),
    import("./validate.ts"),
  ]);
  const source = await readYaml(text, fileName);
  if (source.mistakes.length > 0) return { ...nothing, mistakes: source.mistakes };
  const { settings, partial, issues } = validateSettings(source.value ?? {});
  return {
    settings,
    partial,
    mistakes: issues
      .map((issue) => ({ issue, offset: source.offset(issue.path, issue.at) }))
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ issue, offset }) => issueMistake(issue, source.place(offset))),
    locate: (path) => source.place(source.offset(path)),
  };
}

/** Every mistake in the text of a configuration file that `fileName` names; none when it is valid. */
export async function validateConfigText(text: string, fileName: string): Promise<Mistake[]> {
  return [...(await readSettings(text, fileName)).mistakes];
}
