/**
 * Base URLs: reading them, showing them, and where they are seen from this node.
 *
 * @module
 */

import { AtmosphereError, type Locality } from "../core/mod.ts";
import type { Engine } from "./engine.ts";

/** A base URL taken apart. */
export interface Address {
  /** For display: without credentials, query and fragment. */
  readonly display: string;
  /** Scheme, host and port. */
  readonly base: string;
  /** Base of the engine's own API. */
  readonly root: string;
  /** Base of its OpenAI-compatible API. */
  readonly api: string;
  readonly locality: Locality;
  /** Key of host and port, the same for every spelling of loopback. */
  readonly key: string;
  /** `Authorization` from the URL's user part, where it has one. */
  readonly authorization: string | undefined;
}

const versioned = /\/v\d+(beta)?(\/openai)?$/;
const privateIpv4 =
  /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;
const privateIpv6 = /^\[(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/;
const privateName = /\.(local|lan|home|internal|localdomain|home\.arpa|ts\.net)$/;

/** Whether a URL's host is this machine's loopback. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname);
}

function localityOf(hostname: string, engine: Engine): Locality {
  // A cloud engine behind a local proxy still ends in the cloud.
  if (engine.cloud) return "cloud";
  if (isLoopback(hostname)) return "machine";
  const isPrivate = privateIpv4.test(hostname) || privateIpv6.test(hostname) ||
    privateName.test(hostname) || !(hostname.includes(".") || hostname.includes(":"));
  // A public address is not the user's own network, whatever engine runs there.
  return isPrivate ? "network" : "cloud";
}

/** `host:port`, the same for every spelling of loopback; undefined for what is no URL. */
export function addressKey(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  const port = parsed.port || (parsed.protocol === "https:" ? "443" : "80");
  return `${isLoopback(parsed.hostname) ? "loopback" : parsed.hostname}:${port}`;
}

/**
 * Takes a base URL apart. An address without a path gets the engine's usual one; a path that ends
 * in a version, such as `/v1`, is the base of the OpenAI-compatible API; any other path is the
 * engine's root, and for engines that have no API of their own the base as it stands.
 *
 * Throws `config_invalid` for what is no http or https URL.
 */
export function parseAddress(url: string, engine: Engine): Address {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    throw new AtmosphereError(
      "config_invalid",
      `The address of a backend must be an http or https URL, got "${
        url.replace(/\/\/[^/@]*@/, "//")
      }"`,
      { hint: "Write it as http://HOST:PORT" },
    );
  }
  const { username, password } = parsed;
  const authorization = username === "" && password === ""
    ? undefined
    : `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
  const path = parsed.pathname.replace(/\/+$/, "");
  const base = `${parsed.protocol}//${parsed.host}`;
  const ownApi = engine.apiPath === "/v1" && !engine.cloud && engine.name !== "openai-compatible";
  let root = `${base}${path}`;
  let api = root;
  if (path === "") api = `${root}${engine.apiPath}`;
  else if (versioned.test(path)) root = `${base}${path.replace(versioned, "")}`;
  else if (ownApi) api = `${root}/v1`;
  return {
    display: `${base}${path}`,
    base,
    root,
    api,
    locality: localityOf(parsed.hostname, engine),
    key: addressKey(base) ?? base,
    authorization,
  };
}
