/**
 * Whether the node's port is free, or held by this very node.
 *
 * @module
 */

import { readRunRecord } from "../../app/run_file.ts";
import type { Config } from "../../config/types.ts";
import { configuredRoot } from "../node_root.ts";
import { type Finding, fromError } from "./finding.ts";
import { findPortHolder } from "./port_holder.ts";

/** Longest wait for what holds the port to say who it is. */
const helloTimeoutMs = 1_000;

/** Tries to listen on the configured port, and finds out who does if that fails. */
export async function checkPort(config: Config, signal: AbortSignal): Promise<Finding> {
  const check = { id: "port", title: "Port" };
  const { host, port } = config.server;
  const record = await readRunRecord(config.dataDir);
  if (record !== undefined && await nodeAt(record.url, signal) === record.peerId) {
    const found = `this node listens on ${record.url} (process ${record.pid})`;
    return { ...check, verdict: "ok", found };
  }
  try {
    Deno.listen({ hostname: host, port }).close();
    return { ...check, verdict: "ok", found: `${host}:${port} is free; no node runs` };
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      return { ...check, verdict: "broken", ...await describeHolder(config, signal) };
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      const found = `listening on ${host}:${port} is not permitted`;
      const mend = "Take a port of 1024 or more: atmosphere config set server.port 11451";
      return { ...check, verdict: "broken", found, mend };
    }
    if (error instanceof Deno.errors.AddrNotAvailable) {
      const found = `this machine has no address ${host}`;
      const mend = "Listen on an own address: atmosphere config set server.host 127.0.0.1";
      return { ...check, verdict: "broken", found, mend };
    }
    return fromError(check, error);
  }
}

async function describeHolder(
  config: Config,
  signal: AbortSignal,
): Promise<Pick<Finding, "found" | "mend">> {
  const { host, port } = config.server;
  const [holder, node] = await Promise.all([
    findPortHolder(port),
    nodeAt(configuredRoot(config), signal),
  ]);
  const process = holder === undefined
    ? "a process that the system does not name"
    : `process ${holder.pid} (${holder.command})`;
  const who = node === undefined ? process : `another Atmosphere node, ${node}, ${process}`;
  const look = holder === undefined && Deno.build.os !== "windows"
    ? `find it with: sudo lsof -nP -iTCP:${port} -sTCP:LISTEN; then `
    : "";
  return {
    found: `${host}:${port} is held by ${who}`,
    mend: `${look}stop it, or take another port: atmosphere config set server.port ${port + 1}`,
  };
}

/** The peer id of the node that answers at `root`; undefined when none does. */
async function nodeAt(root: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(`${root}/health`, {
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(helloTimeoutMs), signal]),
    });
    await response.body?.cancel();
    return response.headers.get("x-atmosphere-node") ?? undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
