/** A place of releases as the installer knows it, with faults on demand. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { finish, isInstalled } from "./tools.ts";

const hasXz = await isInstalled("xz");

/** What the server does wrong. */
export interface Faults {
  /** Ends the archive after this many bytes, by closing the connection. */
  readonly cutAt?: number;
  /** Ends the archive after this many bytes, as if it were whole. */
  readonly shortenTo?: number;
  /** Sends a checksum of something else. */
  readonly wrongChecksum?: boolean;
  /** Content of `checksums.txt` instead of the true one. */
  readonly checksums?: string;
  /** Answers 404 for names that contain this. */
  readonly missing?: string;
  /** Sends half of the archive and then nothing. */
  readonly stalls?: boolean;
  /** Redirects everything once, as the real one does. */
  readonly redirects?: boolean;
}

/** A running server. */
export interface ReleaseServer extends AsyncDisposable {
  /** For `ATMOSPHERE_RELEASES_URL`. */
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  readonly archive: Uint8Array<ArrayBuffer>;
  /** The same by xz; undefined where there is none, and for an executable of its own. */
  readonly smaller: Uint8Array<ArrayBuffer> | undefined;
  /** What it does wrong from now on. */
  faults: Faults;
}

/** The content of an executable that prints `text`. */
function scriptPrinting(text: string): string {
  return `#!/bin/sh\necho "${text}"\n`;
}

/** An archive whose executable prints `text`, or is a copy of `executable`, as bytes. */
export async function makeArchive(
  text: string,
  options: { executable?: string | undefined; program?: string } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { executable, program = "gzip -1" } = options;
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "atmosphere");
    if (executable !== undefined) await Deno.copyFile(executable, path);
    else await Deno.writeTextFile(path, scriptPrinting(text), { mode: 0o755 });
    const args = ["--use-compress-program", program, "-cf", "archive", "./atmosphere"];
    const { code, stderr } = await finish("tar", { args, cwd: folder });
    if (code !== 0) throw new Error(`tar failed: ${stderr}`);
    return await Deno.readFile(join(folder, "archive"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Serves the release of version 9.9.9 for `target` on a free port of loopback. Its executable prints
 * its version, or is a copy of `executable`.
 */
export async function startReleaseServer(
  target: string,
  executable?: string,
): Promise<ReleaseServer> {
  const archive = await makeArchive("atmosphere 9.9.9", { executable });
  const name = `atmosphere-${target}.tar.gz`;
  const smaller = hasXz && executable === undefined
    ? await makeArchive("atmosphere 9.9.9", { program: "xz -1" })
    : undefined;
  const smallerName = `atmosphere-${target}.tar.xz`;
  const content = executable === undefined
    ? new TextEncoder().encode(scriptPrinting("atmosphere 9.9.9"))
    : await Deno.readFile(executable);
  const bill = JSON.stringify({
    metadata: {
      component: { version: "9.9.9", hashes: [{ alg: "SHA-256", content: sha256(content) }] },
    },
  });
  const billName = `atmosphere-${target}.cdx.json`;
  const asked: string[] = [];
  const ended = new AbortController();
  const state: { faults: Faults } = { faults: {} };
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    // A client that goes away in the middle is what some tests are about.
    onError: () => new Response(null, { status: 500 }),
  }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const { faults } = state;
    if (faults.redirects && !pathname.startsWith("/moved")) {
      return Response.redirect(new URL(`/moved${pathname}`, request.url), 302);
    }
    if (faults.missing !== undefined && pathname.includes(faults.missing)) {
      return new Response("Not Found", { status: 404 });
    }
    if (pathname.endsWith("/checksums.txt")) {
      const line = (bytes: Uint8Array, name: string) => {
        const sum = sha256(bytes);
        const shown = faults.wrongChecksum ? sum.replace(/^./, (c) => c === "0" ? "1" : "0") : sum;
        return `${shown}  ${name}\n`;
      };
      const lines = [
        line(archive, name),
        smaller === undefined ? "" : line(smaller, smallerName),
        `${sha256(bill)}  ${billName}\n`,
      ];
      return new Response(faults.checksums ?? lines.join(""));
    }
    if (pathname.endsWith(`/${billName}`)) return new Response(bill);
    const asks = (name: string) => pathname.endsWith(`/${name}`);
    const found = asks(name) ? archive : asks(smallerName) ? smaller : undefined;
    if (found === undefined) return new Response("Not Found", { status: 404 });
    return archiveResponse(found, faults, ended.signal);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    archive,
    smaller,
    get faults() {
      return state.faults;
    },
    set faults(faults: Faults) {
      state.faults = faults;
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await server.shutdown();
    },
  };
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function archiveResponse(
  archive: Uint8Array<ArrayBuffer>,
  faults: Faults,
  ended: AbortSignal,
): Response {
  if (faults.shortenTo !== undefined) return new Response(archive.slice(0, faults.shortenTo));
  if (faults.cutAt === undefined && !faults.stalls) return new Response(archive);
  const sent = archive.slice(0, faults.cutAt ?? archive.byteLength >> 1);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent.byteLength > 0) controller.enqueue(sent);
      if (faults.stalls) {
        await new Promise<void>((resolve) => ended.addEventListener("abort", () => resolve()));
      }
      controller.error(new Error("cut"));
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-length": String(archive.byteLength) } });
}
