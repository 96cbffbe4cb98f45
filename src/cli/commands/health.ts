/**
 * `health`: whether the node is ready, by the exit code.
 *
 * @module
 */

import { readRunRecord } from "../../app/run_file.ts";
import { isLoopbackHost } from "../../config/host.ts";
import { loadToken } from "../../config/token.ts";
import { isAbort } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import { configuredRoot } from "../node_root.ts";
import type { Invocation } from "../invocation.ts";
import { milliseconds } from "../output/format.ts";
import { printable } from "../output/printable.ts";
import { loadSettings } from "../settings.ts";
import { UsageError } from "../usage_error.ts";

interface Verdict {
  readonly ready: boolean;
  readonly url: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  readonly latencyMs: number;
  /** Why it is not ready. */
  readonly reason?: string;
}

/** Asks `/ready` once; 0 for ready, 1 for everything else. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output, signal } = invocation;
  const { url, token } = await findNode(invocation);
  const timeoutMs = flags.number("timeout-ms") ?? 0;
  const verdict = await ask(url, { token, timeoutMs, signal });
  if (output.isJson) await output.json(verdict);
  else if (verdict.ready) {
    if (!output.isQuiet) {
      await output.print(`${printable(url)} is ready (${milliseconds(verdict.latencyMs)})`);
    }
  } else {
    await output.complain(`${printable(`${url} is not ready: ${verdict.reason}`)}\n`);
  }
  return verdict.ready ? 0 : 1;
}

/** A node, and the token that it may be shown; none for an address that was merely given. */
interface Place {
  readonly url: string;
  readonly token: Secret | undefined;
}

async function findNode(invocation: Invocation): Promise<Place> {
  const given = invocation.flags.string("url");
  if (given !== undefined) {
    const url = URL.parse(given);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new UsageError(`--url must be an http or https address, got "${given}"`, {
        path: invocation.path,
      });
    }
    return { url: url.href.replace(/\/+$/, ""), token: undefined };
  }
  const config = await loadSettings(invocation);
  // A node on a free port is found by its record alone.
  const url = (await readRunRecord(config.dataDir))?.url ?? configuredRoot(config);
  // A node that listens beyond loopback answers to its token alone.
  const token = isLoopbackHost(config.server.host)
    ? undefined
    : await loadToken(config.dataDir, config.token).catch(() => undefined);
  return { url, token };
}

async function ask(
  url: string,
  { token, timeoutMs, signal }: {
    readonly token: Secret | undefined;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
): Promise<Verdict> {
  const startMs = performance.now();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${url}/ready`, {
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token.reveal()}` } }),
      redirect: "manual",
      signal: AbortSignal.any([timeout, signal]),
    });
    await response.body?.cancel();
    const latencyMs = performance.now() - startMs;
    const { status } = response;
    if (response.headers.get("x-atmosphere-node") === null) {
      return { ready: false, url, status, latencyMs, reason: "what answers is no Atmosphere node" };
    }
    if (response.ok) return { ready: true, url, status, latencyMs };
    return { ready: false, url, status, latencyMs, reason: `it answers with status ${status}` };
  } catch (error) {
    signal.throwIfAborted();
    const latencyMs = performance.now() - startMs;
    const late = timeout.aborted || isAbort(error);
    const reason = late ? `no answer within ${timeoutMs} ms` : "nothing answers there";
    return { ready: false, url, latencyMs, reason };
  }
}
