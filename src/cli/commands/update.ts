/**
 * `update`: this executable, replaced by a newer one.
 *
 * @module
 */

import { runningNodeUrl } from "../../app/connect.ts";
import {
  compareVersions,
  findPlace,
  findRelease,
  installRelease,
  isVersion,
  ownExecutable,
  type Place,
  previousPath,
  type Progress,
  type Release,
  swapBack,
} from "../../app/update/mod.ts";
import { environmentValue, homeDirectory } from "../../config/data_dir.ts";
import { version as current } from "../../core/version.ts";
import type { Invocation } from "../invocation.ts";
import { bytes } from "../output/format.ts";
import { printable } from "../output/printable.ts";
import { loadSettings } from "../settings.ts";
import { UsageError } from "../usage_error.ts";

/** What was done, as `--json` tells it. */
interface Outcome {
  readonly action: "updated" | "would-update" | "up-to-date" | "undone";
  readonly from: string;
  readonly to?: string;
  readonly executable: string;
  readonly previous?: string;
  /** URL of a node that still runs what was replaced. */
  readonly runningNode?: string;
}

/** Checks, updates or goes back. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, context } = invocation;
  const wanted = wantedVersion(invocation);
  const place = await findPlace({ home: homeDirectory(context.env) });
  if (flags.boolean("undo")) return await undo(ownExecutable(place), invocation);
  if (flags.boolean("check")) return await check(place, invocation);
  const executable = ownExecutable(place);
  const release = await lookUp(wanted, invocation);
  const known = { from: current, to: release.version, executable };
  if (wanted === undefined && compareVersions(release.version, current) <= 0) {
    return await tell({ ...known, action: "up-to-date" }, invocation);
  }
  if (flags.boolean("dry-run")) {
    return await tell({ ...known, action: "would-update" }, invocation);
  }
  const previous = await install(release, { executable, invocation });
  return await tell(
    { ...known, action: "updated", previous, ...await runningNode(invocation) },
    invocation,
  );
}

function wantedVersion({ args, flags, path }: Invocation): string | undefined {
  const exclusive = ["check", "dry-run", "undo"].filter((name) => flags.boolean(name));
  if (exclusive.length > 1) {
    throw new UsageError(`--${exclusive[0]} and --${exclusive[1]} exclude each other`, { path });
  }
  const [given] = args;
  if (given === undefined) return undefined;
  if (exclusive[0] !== undefined && exclusive[0] !== "dry-run") {
    throw new UsageError(`--${exclusive[0]} takes no version, got "${given}"`, { path });
  }
  const version = given.replace(/^v/, "");
  if (!isVersion(version)) {
    throw new UsageError(`VERSION must be one such as 1.2.3, got "${given}"`, { path });
  }
  return version;
}

async function lookUp(version: string | undefined, invocation: Invocation): Promise<Release> {
  const { flags, context, signal } = invocation;
  return await findRelease({
    version,
    releases: flags.string("releases") ?? environmentValue(context.env, "ATMOSPHERE_RELEASES_URL"),
    signal,
    ...stall(invocation),
  });
}

/** As `install.sh` reads it. */
function stall({ context }: Invocation): { stallMs?: number } {
  const seconds = Number(environmentValue(context.env, "ATMOSPHERE_STALL_SECONDS"));
  return seconds > 0 ? { stallMs: seconds * 1_000 } : {};
}

async function check(place: Place, invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const { version: latest } = await lookUp(undefined, invocation);
  const newer = compareVersions(latest, current) > 0;
  if (output.isJson) await output.json({ current, latest, newer });
  else if (!newer) await output.print(`${current} is the latest version`);
  else {
    await output.print(`${latest} is available, this is ${current}`);
    await output.note(place.owner?.instead ?? "Install it with: atmosphere update");
  }
  return 0;
}

async function install(
  release: Release,
  options: { readonly executable: string; readonly invocation: Invocation },
): Promise<string> {
  const { executable, invocation } = options;
  const { context, output, signal } = invocation;
  const shows = context.stderr.isTerminal && !output.isQuiet;
  let shown = "";
  const onProgress = ({ receivedBytes, totalBytes }: Progress) => {
    const of = totalBytes === undefined ? "" : ` of ${bytes(totalBytes)}`;
    const line = `Downloading ${release.version}: ${bytes(receivedBytes)}${of}`;
    if (!shows || line === shown) return;
    shown = line;
    void context.stderr.write(`\r${line}\x1b[K`);
  };
  try {
    return await installRelease(release, {
      executable,
      signal,
      onProgress,
      ...stall(invocation),
    });
  } finally {
    if (shown !== "") await context.stderr.write("\r\x1b[K");
  }
}

async function undo(executable: string, invocation: Invocation): Promise<number> {
  await swapBack(executable);
  return await tell({
    action: "undone",
    from: current,
    executable,
    previous: previousPath(executable),
    ...await runningNode(invocation),
  }, invocation);
}

/** A node that runs on the data directory goes on with what it was started from. */
async function runningNode(invocation: Invocation): Promise<{ runningNode?: string }> {
  try {
    const { dataDir } = await loadSettings(invocation);
    const url = await runningNodeUrl(dataDir, invocation.signal);
    return url === undefined ? {} : { runningNode: url };
  } catch {
    return {}; // A broken configuration is no reason to fail: the update is done.
  }
}

async function tell(outcome: Outcome, { output }: Invocation): Promise<number> {
  if (output.isJson) {
    await output.json(outcome);
    return 0;
  }
  const { from, to, executable, previous, runningNode } = outcome;
  const path = printable(executable);
  const lines = {
    "updated": [`Updated ${path} from ${from} to ${to}`],
    "would-update": [`Would update ${path} from ${from} to ${to}`],
    "up-to-date": [`${from} is up to date; the latest version is ${to}`],
    "undone": [`${path} is the one before ${from} again`],
  }[outcome.action];
  await output.print(...lines);
  if (previous !== undefined) {
    await output.note(
      outcome.action === "undone"
        ? `${from} is kept as ${printable(previous)}`
        : `The old one is kept as ${printable(previous)}; go back with: atmosphere update --undo`,
    );
  }
  if (runningNode !== undefined) {
    await output.note(`The node at ${printable(runningNode)} still runs ${from}: restart it`);
  }
  return 0;
}
