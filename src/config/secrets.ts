/**
 * Getting secrets from where the configuration says that they are.
 *
 * @module
 */

import { Secret } from "../core/secret.ts";
import { absolutePath, type Environment, environmentValue } from "./data_dir.ts";
import { type Mistake, type Path, pathText } from "./mistake.ts";

const maxSecretBytes = 64 * 1024;

/** Where a secret's setting stands and what it may refer to. */
export interface SecretContext {
  /** The environment that variables are looked up in. */
  readonly env: Environment;
  /** The directory that relative paths start at. */
  readonly base: string;
  /** The mapping that holds the setting. */
  readonly path: Path;
  /** The place of a setting, for mistakes. */
  locate(path: Path): string;
}

/** Whether `text` can travel in a header: visible ASCII. */
export function isHeaderValue(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

async function readSecretFile(path: string): Promise<string | undefined> {
  try {
    const info = await Deno.stat(path);
    if (!info.isFile || info.size > maxSecretBytes) return undefined;
    return (await Deno.readTextFile(path)).trim();
  } catch {
    // Told as a mistake, without the system's words: the expectation says it all.
    return undefined;
  }
}

/**
 * The secret `name` of `holder`, given literally, as `${ENV}`, by `nameEnv` or by `nameFile`.
 *
 * Undefined when it is not given; a mistake when it is given and can't be had.
 */
export async function resolveSecret(
  holder: Readonly<Record<string, unknown>>,
  name: string,
  context: SecretContext,
): Promise<Secret | Mistake | undefined> {
  const { [name]: literal, [`${name}Env`]: envName, [`${name}File`]: file } = holder;
  function mistake(key: string, value: string, expected: string): Mistake {
    const path = [...context.path, key];
    return { path: pathText(path), value, expected, source: context.locate(path) };
  }
  function fromEnvironment(key: string, variable: string): Secret | Mistake {
    const value = environmentValue(context.env, variable);
    if (value !== undefined && isHeaderValue(value)) return new Secret(value);
    const found = value === undefined ? "not set" : "[redacted]";
    // The name may be a key that was pasted into the wrong place.
    const shown = /^[A-Z][A-Z0-9_]*$/.test(variable) ? ` ${variable}` : "";
    const expected = `an environment variable${shown} that holds a key of visible ASCII characters`;
    return mistake(key, found, expected);
  }
  if (typeof literal === "string") {
    const reference = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(literal);
    return reference?.[1] === undefined ? new Secret(literal) : fromEnvironment(name, reference[1]);
  }
  if (typeof envName === "string") return fromEnvironment(`${name}Env`, envName);
  if (typeof file === "string") {
    const value = await readSecretFile(absolutePath(file, context));
    if (value !== undefined && isHeaderValue(value)) return new Secret(value);
    const found = value === undefined ? "a file that can't be read" : "a file without a key";
    return mistake(`${name}File`, found, "a readable file that holds one key");
  }
  return undefined;
}
