/**
 * Checks of the machine: clock, proxies, limits.
 *
 * @module
 */

import { maskAddresses } from "../output/address.ts";
import { type Finding, fromError } from "./finding.ts";

/** This program did not exist before: a clock that says so is wrong. */
const earliestMs = Date.UTC(2026, 0, 1);
/** Files may be a little ahead on network disks. */
const tolerableMs = 60_000;

/**
 * Whether the clock can be right: certificates, expiries and logs depend on it.
 *
 * A file of this node that was changed in the future shows that the clock was set back.
 */
export async function checkClock(
  files: readonly string[],
  nowMs: number = Date.now(),
): Promise<Finding> {
  const check = { id: "clock", title: "Clock" };
  const now = new Date(nowMs).toISOString();
  const mend = "Set the clock, or let NTP do so: timedatectl set-ntp true";
  if (nowMs < earliestMs) {
    return { ...check, verdict: "broken", found: `it says ${now}, which is in the past`, mend };
  }
  for (const file of files) {
    const changedMs = await changeTime(file);
    if (changedMs !== undefined && changedMs > nowMs + tolerableMs) {
      const found = `it says ${now}, but ${file} is from ${new Date(changedMs).toISOString()}`;
      return { ...check, verdict: "warning", found, mend };
    }
  }
  return { ...check, verdict: "ok", found: now };
}

async function changeTime(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).mtime?.getTime();
  } catch {
    return undefined; // Other checks tell of files that are missing.
  }
}

const proxyNames = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/** The value of a variable that programs read in capitals and in small letters. */
function anyCase(env: Readonly<Record<string, string>>, name: string): string | undefined {
  const value = env[name.toLowerCase()] ?? env[name];
  return value === undefined || value.trim() === "" ? undefined : value;
}

/** Whether a proxy stands between this node and the model servers of its own machine. */
export function checkProxies(env: Readonly<Record<string, string>>): Finding {
  const check = { id: "proxies", title: "Proxies" };
  const set = proxyNames.filter((name) => anyCase(env, name) !== undefined);
  if (set.length === 0) return { ...check, verdict: "ok", found: "none" };
  const shown = set.map((name) => `${name}=${maskAddresses(anyCase(env, name) ?? "")}`).join(", ");
  const exceptions = (anyCase(env, "NO_PROXY") ?? "").split(",").map((entry) => entry.trim());
  const missing = ["localhost", "127.0.0.1"].filter((host) =>
    !exceptions.some((entry) => entry === "*" || entry === host)
  );
  if (missing.length === 0) {
    return { ...check, verdict: "ok", found: `${shown}; loopback is excepted` };
  }
  return {
    ...check,
    verdict: "warning",
    found: `${shown}, but NO_PROXY lacks ${missing.join(" and ")}`,
    mend: `export NO_PROXY=${
      [...exceptions.filter((entry) => entry !== ""), ...missing].join(",")
    }`,
  };
}

/** Fewest open files for a node with many connections at once. */
const fewFiles = 1_024;

/** Whether this process may open files and sockets enough. */
export async function checkOpenFiles(limitsFile = "/proc/self/limits"): Promise<Finding> {
  const check = { id: "open-files", title: "Open files" };
  if (Deno.build.os !== "linux") {
    return { ...check, verdict: "skipped", found: `not told by ${Deno.build.os}; see ulimit -n` };
  }
  try {
    return judgeOpenFiles(await Deno.readTextFile(limitsFile));
  } catch (error) {
    return fromError({ ...check, verdict: "skipped" }, error);
  }
}

/** What the text of `/proc/self/limits` means. */
export function judgeOpenFiles(limits: string): Finding {
  const check = { id: "open-files", title: "Open files" };
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  if (soft === undefined) return { ...check, verdict: "skipped", found: "the limit is not told" };
  if (soft === "unlimited" || Number(soft) >= fewFiles) {
    return { ...check, verdict: "ok", found: `at most ${soft}` };
  }
  return {
    ...check,
    verdict: "warning",
    found: `at most ${soft}, fewer than ${fewFiles}`,
    mend: "ulimit -n 65536, or LimitNOFILE=65536 in a systemd unit",
  };
}
