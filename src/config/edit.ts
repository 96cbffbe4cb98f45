/**
 * Reading and changing single settings in the text of a configuration file.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import { hasSettings, validateConfigText } from "./config_file.ts";
import { defaultSettings } from "./defaults.ts";
import { configError, isSecretPath, type Mistake, type Path } from "./mistake.ts";

/** The keys of a path such as `backends[0].url` or `aliases.gpt-4.1`. Throws `not_found` for no setting. */
async function parsePath(text: string): Promise<Path> {
  const { nodeAt, settingNames, unwrap } = await import("./schema_walk.ts");
  const { nearestName } = await import("./nearest.ts");
  const words = text.trim().replace(/\[(\d+)\]/g, ".$1").split(".");
  const path: (string | number)[] = [];
  for (let i = 0; i < words.length; i++) {
    const node = nodeAt(path);
    const inner = node === undefined ? undefined : unwrap(node);
    if (inner?.item !== undefined && /^\d+$/.test(words[i] ?? "")) path.push(Number(words[i]));
    // Names in such a mapping are the user's own and may hold dots.
    else if (inner?.value !== undefined) path.push(words.slice(i).join("."));
    else path.push(words[i] ?? "");
    if (inner?.value !== undefined) break;
  }
  if (words.includes("") || nodeAt(path) === undefined) {
    const nearest = nearestName(text, settingNames()) ??
      settingNames().find((name) => name.split(".").at(-1) === words.at(-1));
    throw new AtmosphereError("not_found", `There is no setting named ${JSON.stringify(text)}`, {
      param: text,
      hint: nearest === undefined
        ? "docs/configuration.md lists all settings"
        : `Did you mean ${nearest}?`,
    });
  }
  return path;
}

function valueAt(value: unknown, path: Path): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as Record<string | number, unknown>)[key];
  }
  return inner ?? undefined;
}

/** A copy of `value` with every secret in it replaced; a reference to the environment is no secret. */
function withoutSecrets(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => withoutSecrets(item, [...path, index]));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner, [...path, key])]),
    );
  }
  const key = String(path.at(-1));
  const isReference = /(Env|File)$/.test(key) || /^\$\{\w+\}$/.test(String(value));
  return isSecretPath([key]) && !isReference ? "[redacted]" : value;
}

/**
 * The value of the setting `path` in the text of a configuration file, else its default; undefined when
 * it has neither. Secrets come as `[redacted]`.
 *
 * Throws `not_found` when there is no such setting, `config_invalid` when the text is not YAML.
 */
export async function getConfigValue(text: string, path: string): Promise<unknown> {
  const keys = await parsePath(path);
  let value: unknown;
  if (hasSettings(text)) {
    const { readYaml } = await import("./yaml_source.ts");
    const source = await readYaml(text, "config.yaml");
    if (source.mistakes.length > 0) throw configError(source.mistakes);
    value = source.value;
  }
  const found = valueAt(value, keys);
  const standard = valueAt(defaultSettings(), keys);
  const isSection = typeof standard === "object" && !Array.isArray(standard);
  const whole = isSection && typeof found === "object"
    ? { ...standard, ...found }
    : found ?? standard;
  return withoutSecrets(whole, keys);
}

/**
 * The text of a configuration file with the setting `path` set to `value`, read as the type that the
 * setting has: lists as `a,b` or in YAML's brackets, mappings in YAML's braces. Comments and layout stay.
 *
 * Throws `not_found` when there is no such setting, `config_invalid` when the value does not fit it or
 * the text is not YAML. Mistakes that the text had elsewhere do not keep one from mending it.
 */
export async function setConfigValue(text: string, path: string, value: string): Promise<string> {
  const keys = await parsePath(path);
  const { applyEdit, parseValue } = await import("./yaml_edit.ts");
  const parsed = await parseValue(value, keys);
  const changed = await applyEdit(text, keys, parsed);
  const known = text.trim() === "" ? [] : await validateConfigText(text, "config.yaml");
  const identity = (mistake: Mistake) => `${mistake.path}\n${mistake.value}\n${mistake.expected}`;
  const before = new Set(known.map(identity));
  const added = (await validateConfigText(changed, "config.yaml"))
    .filter((mistake) => !before.has(identity(mistake)))
    .map((mistake) => mistake.path === path ? { ...mistake, source: "new value" } : mistake);
  if (added.length > 0) throw configError(added);
  return changed;
}
