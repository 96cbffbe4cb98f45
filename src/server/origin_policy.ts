/**
 * Which pages may call this node: its own, and the configured ones.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";
import type { ServerSettings } from "./deps.ts";
import { type HostPolicy, quote } from "./host_policy.ts";

/** Decides on `Origin` values. */
export class OriginPolicy {
  readonly #hosts: HostPolicy;
  readonly #configured: ReadonlySet<string>;

  /** Does no I/O. Throws `config_invalid` for an allowed origin that is none. */
  constructor(settings: ServerSettings, hosts: HostPolicy) {
    this.#hosts = hosts;
    this.#configured = new Set(settings.allowedOrigins.map((entry) => {
      // Extensions and desktop shells have schemes of their own, whose URL origin is opaque.
      const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#\s*]+)\/?$/i.exec(entry);
      if (match === null) {
        throw new AtmosphereError("config_invalid", `"${entry}" is no origin`, {
          param: "server.allowedOrigins",
          hint: "Write scheme, host and port: http://localhost:3000",
        });
      }
      return normalize(entry.replace(/\/$/, ""));
    }));
  }

  /** Throws `origin_not_allowed` for a page that is neither ours nor configured. */
  check(origin: string): void {
    if (origin !== "null" && this.#permits(origin)) return;
    throw new AtmosphereError(
      "origin_not_allowed",
      `Pages of the origin ${quote(origin)} may not call this node`,
      { param: "origin", hint: "Add it to server.allowedOrigins if you trust every page of it" },
    );
  }

  #permits(origin: string): boolean {
    if (this.#configured.has(normalize(origin))) return true;
    const match = /^https?:\/\/(.+)$/i.exec(origin);
    return match?.[1] !== undefined && this.#hosts.owns(match[1]);
  }
}

function normalize(origin: string): string {
  const url = URL.parse(origin);
  return url === null || url.origin === "null" ? origin.toLowerCase() : url.origin;
}
