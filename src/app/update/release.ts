/**
 * A release as its lists describe it: `checksums.txt`, and the bill of materials of the executable,
 * which states its version and its own checksum.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { AtmosphereError } from "../../core/errors.ts";
import { type DownloadOptions, downloadText } from "./download.ts";

/** Where releases are when nothing else is named. */
export const releasesUrl = "https://github.com/atmosphere/atmosphere/releases";

/** A release for this machine. */
export interface Release {
  readonly version: string;
  /** Address of its archive. */
  readonly archive: string;
  /** SHA-256 of the archive, in hexadecimal digits. */
  readonly archiveSha256: string;
  /** SHA-256 of the executable in it. */
  readonly executableSha256: string;
}

/** Which release is wanted, and where from. */
export interface ReleaseOptions extends DownloadOptions {
  /** @default {@linkcode releasesUrl} */
  readonly releases?: string | undefined;
  /** Without a leading `v`. @default the latest */
  readonly version?: string | undefined;
  /** As Rust names platforms. @default this machine's */
  readonly target?: string;
}

/** Reads the lists of a release. Throws `update_failed` for whatever is missing or does not fit. */
export async function findRelease(options: ReleaseOptions): Promise<Release> {
  const { version, target = Deno.build.target } = options;
  const releases = (options.releases ?? releasesUrl).replace(/\/+$/, "");
  const base = version === undefined
    ? `${releases}/latest/download`
    : `${releases}/download/v${version}`;
  const archive = `atmosphere-${target}.tar.gz`;
  const bill = `atmosphere-${target}.cdx.json`;
  const checksums = await downloadText(`${base}/checksums.txt`, options);
  const archiveSha256 = checksumOf(checksums, archive);
  const billSha256 = checksumOf(checksums, bill);
  const text = await downloadText(`${base}/${bill}`, options);
  requireChecksum(createHash("sha256").update(text).digest("hex"), {
    name: bill,
    wanted: billSha256,
  });
  const stated = readBill(text, bill);
  if (version !== undefined && stated.version !== version) {
    throw misfit(`The release of ${version} states that it is ${stated.version}`);
  }
  return { ...stated, archive: `${base}/${archive}`, archiveSha256 };
}

/** Throws `update_failed` unless the checksum is the wanted one. */
export function requireChecksum(
  got: string,
  expected: { readonly name: string; readonly wanted: string },
): void {
  if (got === expected.wanted) return;
  throw misfit(`The checksum of ${expected.name} is ${got} instead of ${expected.wanted}`);
}

/** Anything but one whole checksum of `name` is refused. */
function checksumOf(checksums: string, name: string): string {
  const found = checksums.split("\n").flatMap((line) => {
    const match = /^([0-9a-f]{64}) [ *](.+?)\r?$/.exec(line);
    return match?.[2] === name ? [match[1] ?? ""] : [];
  });
  const [sum] = found;
  if (sum === undefined || found.length > 1) {
    throw misfit(`checksums.txt has ${found.length === 0 ? "no" : "more than one"} ${name}`);
  }
  return sum;
}

function readBill(text: string, name: string): Pick<Release, "version" | "executableSha256"> {
  const component = property(property(parse(text), "metadata"), "component");
  const version = property(component, "version");
  const hashes = property(component, "hashes");
  const sha256 = Array.isArray(hashes)
    ? hashes.find((hash) => property(hash, "alg") === "SHA-256")
    : undefined;
  const content = property(sha256, "content");
  if (typeof version !== "string" || typeof content !== "string" || !isVersion(version)) {
    throw misfit(`${name} states no version and checksum of the executable`);
  }
  return { version, executableSha256: content };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Said by whoever misses what should be in it.
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** Whether `text` is a version such as `1.2.3` or `1.2.3-rc.1`. */
export function isVersion(text: string): boolean {
  return /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/.test(text);
}

/** Negative when `a` is the older version, 0 when neither is, by the rules of Semantic Versioning. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  // A pre-release comes before the release itself.
  if (left.pre.length === 0 || right.pre.length === 0) return right.pre.length - left.pre.length;
  for (let i = 0; i < Math.max(left.pre.length, right.pre.length); i++) {
    const order = compareIdentifiers(left.pre[i], right.pre[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function split(version: string): { numbers: number[]; pre: string[] } {
  const [core = "", ...rest] = version.replace(/\+.*$/, "").split("-");
  const pre = rest.join("-");
  return { numbers: core.split(".").map(Number), pre: pre === "" ? [] : pre.split(".") };
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [isNumber, isOther] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber && isOther) return Number(a) - Number(b);
  if (isNumber !== isOther) return isNumber ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

function misfit(message: string): AtmosphereError {
  return new AtmosphereError("update_failed", message, {
    hint: "Nothing was changed; the release may be incomplete, or not what it claims to be",
  });
}
