/** A release in memory, behind a `fetch` that can be told to go wrong. */

import { createHash } from "node:crypto";

/** What lies in the archive beside the executable. */
export interface FakeFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A release for this machine. */
export interface FakeRelease {
  readonly version: string;
  /** What the executable holds. */
  readonly content: string;
  readonly archive: Uint8Array<ArrayBuffer>;
  /** Text of `checksums.txt`. */
  readonly checksums: string;
  /** Text of the bill of materials. */
  readonly bill: string;
}

/** Address that {@linkcode fakeFetch} serves a release at. */
export const fakeReleases = "https://releases.example";

const target = Deno.build.target;
const executableName = Deno.build.os === "windows" ? "atmosphere.exe" : "atmosphere";

/** SHA-256 in hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** A release of `version` whose executable holds `content`. */
export async function makeRelease(
  version: string,
  options: { readonly content?: string; readonly files?: readonly FakeFile[] } = {},
): Promise<FakeRelease> {
  const content = options.content ?? `executable of ${version}`;
  const archive = await gzip(tar([
    { name: "./LICENSE", content: "MIT" },
    ...(options.files ?? [{ name: `./${executableName}`, content }]),
    { name: "./README.md", content: "r".repeat(1_000) },
  ]));
  const bill = JSON.stringify({
    metadata: {
      component: { version, hashes: [{ alg: "SHA-256", content: sha256(content) }] },
    },
  });
  const checksums = `${sha256(archive)}  atmosphere-${target}.tar.gz\n` +
    `${sha256(bill)}  atmosphere-${target}.cdx.json\n` +
    `${"0".repeat(64)}  install.sh\n`;
  return { version, content, archive, checksums, bill };
}

/** Serves `release` as the latest; `answer` may answer a path in its place. */
export function fakeFetch(
  release: FakeRelease,
  answer: (path: string) => Response | undefined = () => undefined,
): { readonly fetch: typeof fetch; readonly asked: readonly string[] } {
  const asked: string[] = [];
  const fake = (input: URL | RequestInfo, init?: RequestInit) => {
    const { pathname, origin } = new URL(String(input));
    asked.push(String(input));
    init?.signal?.throwIfAborted();
    if (origin !== fakeReleases) return Promise.reject(new TypeError(`No such host: ${origin}`));
    const given = answer(pathname);
    if (given !== undefined) return Promise.resolve(given);
    const places = ["/latest/download/", `/download/v${release.version}/`];
    const place = places.find((start) => pathname.startsWith(start));
    const name = place === undefined ? "" : pathname.slice(place.length);
    const body = {
      "checksums.txt": release.checksums,
      [`atmosphere-${target}.cdx.json`]: release.bill,
      [`atmosphere-${target}.tar.gz`]: release.archive,
    }[name];
    return Promise.resolve(
      new Response(body ?? "Not Found", { status: body === undefined ? 404 : 200 }),
    );
  };
  return { fetch: fake as typeof fetch, asked };
}

/** An uncompressed archive in the format of POSIX (ustar). */
export function tar(files: readonly FakeFile[]): Uint8Array<ArrayBuffer> {
  const blocks = files.flatMap(({ name, content }) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const header = new Uint8Array(512);
    const put = (at: number, value: string) => header.set(new TextEncoder().encode(value), at);
    put(0, name);
    put(100, "0000755\0");
    put(124, `${bytes.length.toString(8).padStart(11, "0")}\0`);
    put(156, "0");
    put(257, "ustar\0");
    const body = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    body.set(bytes);
    return [header, body];
  });
  const all = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 1_024));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}

/** The bytes compressed. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
