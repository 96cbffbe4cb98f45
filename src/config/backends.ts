/**
 * The backends that a node is told of: those of the file, and those that the environment implies.
 *
 * @module
 */

import { type EngineName, engineNames } from "../core/engine_name.ts";
import { Secret } from "../core/secret.ts";
import { type Environment, environmentValue } from "./data_dir.ts";
import type { BackendSettings } from "./defaults.ts";
import { providers } from "./engines.ts";
import { isLoopbackHost } from "./host.ts";
import { type Mistake, pathText, showValue } from "./mistake.ts";
import { ollamaUrl } from "./ollama_host.ts";
import { isHeaderValue, resolveSecret, type SecretContext } from "./secrets.ts";
import type { BackendConfig } from "./types.ts";

/** Backends, and what is wrong with them. */
export interface BackendsResult {
  /** Those that are right. */
  readonly backends: BackendConfig[];
  /** Why others are not among them. */
  readonly mistakes: Mistake[];
}

/** The first of a provider's variables that is set, by name and value. */
function providerKey(engine: EngineName, env: Environment): [string, string] | undefined {
  for (const name of providers.find((provider) => provider.engine === engine)?.keys ?? []) {
    const value = environmentValue(env, name);
    if (value !== undefined) return [name, value];
  }
  return undefined;
}

function isCloud(engine: EngineName): boolean {
  return providers.some((provider) => provider.engine === engine);
}

async function fileBackend(
  settings: BackendSettings,
  context: SecretContext & { readonly own: Listener },
): Promise<BackendConfig | Mistake> {
  const { engine, url, models } = settings;
  const enabled = settings.enabled !== false;
  if (enabled && typeof url === "string" && isOwnAddress(url, context.own)) {
    const path = [...context.path, "url"];
    const expected = "the address of another server, not of this node itself";
    return {
      path: pathText(path),
      value: showValue(url, path),
      expected,
      source: context.locate(path),
    };
  }
  // What is switched off needs no key.
  const given = enabled ? await resolveSecret({ ...settings }, "apiKey", context) : undefined;
  if (given !== undefined && !(given instanceof Secret)) return given;
  let apiKey = given;
  if (apiKey === undefined && enabled && isCloud(engine) && url === undefined) {
    const [, value] = providerKey(engine, context.env) ?? [];
    if (value === undefined || !isHeaderValue(value)) {
      const names = providers.find((provider) => provider.engine === engine)?.keys ?? [];
      return {
        path: [...context.path, "apiKey"].join("."),
        value: "absent",
        expected: `a key: apiKey, apiKeyEnv, apiKeyFile or ${
          names.join(" or ")
        } in the environment`,
        source: context.locate([...context.path, "engine"]),
      };
    }
    apiKey = new Secret(value);
  }
  return {
    id: settings.id ?? engine,
    engine,
    ...(url === undefined ? {} : { url }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(models === undefined ? {} : { models }),
    tags: settings.tags ?? [],
    enabled,
    source: "configured",
  };
}

/** The backends of the file, with their keys. */
export async function fileBackends(
  settings: readonly BackendSettings[],
  context: Omit<SecretContext, "path"> & { readonly own: Listener },
): Promise<BackendsResult> {
  const backends: BackendConfig[] = [];
  const mistakes: Mistake[] = [];
  for (const [index, entry] of settings.entries()) {
    // Other mistakes of an entry are told already.
    if (!engineNames.includes(entry?.engine)) continue;
    const result = await fileBackend(entry, { ...context, path: ["backends", index] });
    if ("engine" in result) backends.push(result);
    else mistakes.push(result);
  }
  return { backends, mistakes };
}

/** Where this node listens. */
export interface Listener {
  /** Address or host name. */
  readonly host: string;
  /** Port; 0 when it is not known yet. */
  readonly port: number;
}

/** Whether `url` leads to the listener `own` itself, which must not become its own backend. */
function isOwnAddress(url: string, own: Listener): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  const port = parsed.port !== "" ? parsed.port : parsed.protocol === "https:" ? "443" : "80";
  const isHere = isLoopbackHost(parsed.hostname) || parsed.hostname === own.host ||
    parsed.hostname === "0.0.0.0";
  return isHere && port === String(own.port);
}

function bad(id: string, key: string, fact: Omit<Mistake, "path">): Mistake {
  return { path: `backends.${id}.${key}`, ...fact };
}

/**
 * The backends that the usual environment variables imply: a provider whose key is set, and Ollama
 * where `OLLAMA_HOST` says.
 *
 * An address that is this node's own (`own`), such as one set for the programs that use it, implies none.
 */
export function environmentBackends(
  env: Environment,
  own: Listener,
): BackendsResult {
  const backends: BackendConfig[] = [];
  const mistakes: Mistake[] = [];
  const common = { tags: [], enabled: true, source: "environment" } as const;

  const ollama = environmentValue(env, "OLLAMA_HOST");
  if (ollama !== undefined) {
    const url = ollamaUrl(ollama);
    if (url === undefined) {
      const source = "environment OLLAMA_HOST";
      // It may hold a password, and what is wrong with it can be told without it.
      const fact = { value: "no address", expected: "HOST, HOST:PORT or http://HOST:PORT", source };
      mistakes.push(bad("ollama", "url", fact));
    } else if (!isOwnAddress(url, own)) {
      backends.push({ id: "ollama", engine: "ollama", url, ...common });
    }
  }
  for (const { engine, baseUrl } of providers) {
    const [name, key] = providerKey(engine, env) ?? [];
    if (name === undefined || key === undefined) continue;
    const url = baseUrl === undefined ? undefined : environmentValue(env, baseUrl);
    if (url !== undefined && isOwnAddress(url, own)) continue;
    if (!isHeaderValue(key)) {
      const expected = "a key of visible ASCII characters";
      const source = `environment ${name}`;
      mistakes.push(bad(engine, "apiKey", { value: "[redacted]", expected, source }));
    }
    if (url !== undefined && !/^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/i.test(url)) {
      const expected = "an http or https address without user name and password";
      const source = `environment ${baseUrl}`;
      mistakes.push(bad(engine, "url", { value: "no such address", expected, source }));
    }
    const apiKey = new Secret(key);
    backends.push({ id: engine, engine, ...(url === undefined ? {} : { url }), apiKey, ...common });
  }
  return { backends, mistakes };
}
