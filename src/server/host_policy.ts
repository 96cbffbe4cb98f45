/**
 * Which `Host` a request may name. A page that rebinds its own name to this machine's address still
 * sends its own name, so a list of names keeps it out.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";
import type { ServerSettings } from "./deps.ts";

const authority = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?$/;
const ipv4 = /^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$/;
const loopbackNames: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** A host name and the port beside it. */
interface Authority {
  readonly name: string;
  /** Undefined when none is named. */
  readonly port: number | undefined;
}

/** Whether listening on `host` reaches this machine only. */
export function isLoopbackBind(host: string): boolean {
  const name = normalizeName(host);
  return name === "localhost" || name === "[::1]" || /^127(?:\.[0-9]{1,3}){3}$/.test(name);
}

/** Lower case, without the root's trailing dot, IPv6 in brackets and shortest form. */
function normalizeName(name: string): string {
  let plain = name.toLowerCase();
  if (plain.endsWith(".")) plain = plain.slice(0, -1);
  if (!plain.includes(":")) return plain;
  if (!plain.startsWith("[")) plain = `[${plain}]`;
  return URL.parse(`http://${plain}`)?.hostname ?? plain;
}

/** The parts of a `Host` value, or undefined when it is none. */
export function parseAuthority(value: string): Authority | undefined {
  const match = authority.exec(value);
  if (match === null) return undefined;
  const [, name = "", digits] = match;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && port > 65_535) return undefined;
  return { name: normalizeName(name), port };
}

/** Decides on `Host` values, and remembers what it let through. */
export class HostPolicy {
  readonly #settings: ServerSettings;
  readonly #own: ReadonlySet<string>;
  readonly #anyAddress: boolean;
  readonly #configured: readonly Authority[];
  /** The values that were let through last, for the port that was bound then. */
  readonly #allowed = new Set<string>();
  #port = -1;

  /** Does no I/O. Throws `config_invalid` for an allowed host that is none. */
  constructor(settings: ServerSettings) {
    this.#settings = settings;
    const bound = normalizeName(settings.host);
    this.#own = new Set([...loopbackNames, bound]);
    // No name at all can be rebound to an address literal, so any of the machine's own will do.
    this.#anyAddress = bound === "0.0.0.0" || bound === "[::]";
    this.#configured = settings.allowedHosts.map((entry) => {
      const parsed = parseAuthority(/^[^[\]]*:[^[\]]*:/.test(entry) ? `[${entry}]` : entry);
      if (parsed !== undefined) return parsed;
      throw new AtmosphereError("config_invalid", `"${entry}" is no host name`, {
        param: "server.allowedHosts",
        hint: "Write a host name, with a port if it differs from the node's: node.lan:8443",
      });
    });
  }

  /** Throws `invalid_request` for a `Host` that is none, `host_not_allowed` for a foreign one. */
  check(host: string | null): void {
    const port = this.#settings.port();
    if (port !== this.#port) {
      this.#allowed.clear();
      this.#port = port;
    }
    if (host !== null && this.#allowed.has(host)) return;
    if (host === null || host === "") {
      throw new AtmosphereError("invalid_request", "The request has no Host header", {
        param: "host",
      });
    }
    const parsed = parseAuthority(host);
    if (parsed === undefined) {
      throw new AtmosphereError("invalid_request", `The Host header ${quote(host)} names no host`, {
        param: "host",
      });
    }
    if (!this.#permits(parsed)) {
      throw new AtmosphereError(
        "host_not_allowed",
        `This node does not answer for the host ${quote(host)}`,
        {
          param: "host",
          hint: `Call it as 127.0.0.1:${port}, or add the name to server.allowedHosts`,
        },
      );
    }
    if (this.#allowed.size < 64) this.#allowed.add(host);
  }

  /** Whether an origin's authority is one that this node answers for. */
  owns(host: string): boolean {
    const parsed = parseAuthority(host);
    return parsed !== undefined && this.#permits(parsed);
  }

  #permits({ name, port }: Authority): boolean {
    const samePort = port === undefined || port === this.#settings.port();
    if (this.#own.has(name) && samePort) return true;
    if (this.#anyAddress && samePort && (name.startsWith("[") || ipv4.test(name))) return true;
    return this.#configured.some((entry) =>
      entry.name === name && (entry.port === undefined ? samePort : entry.port === port)
    );
  }
}

/** A foreign value, cut and made printable for a message. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 100 ? value.slice(0, 100) + "…" : value);
}
