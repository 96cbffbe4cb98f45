/**
 * Where a node can be reached from this machine.
 *
 * @module
 */

import type { Config } from "../config/types.ts";

/** The root URL of a node with this configuration, without a trailing slash. */
export function configuredRoot({ server: { host, port } }: Config): string {
  const anyAddress: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const name = anyAddress[host] ?? host;
  return `http://${name.includes(":") && !name.startsWith("[") ? `[${name}]` : name}:${port}`;
}
