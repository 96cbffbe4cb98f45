/**
 * A stand-in for JSR on loopback that has the three `@std` packages, over the same code from npm,
 * and those that it is given: as much of the registry's API as Deno asks for. It shows that the
 * official specifiers resolve where a registry answers; it says nothing about the real packages'
 * types.
 */
import { createHash } from "node:crypto";
import type { JsrPackage } from "./jsr_package.ts";

const shims = new URL("../../dist-scripts/std/", import.meta.url);
const version = "1.999.0";

function stdPackages(): Map<string, JsrPackage> {
  const packages = new Map<
    string,
    { version: string; exports: Record<string, string>; files: Record<string, string> }
  >();
  for (const entry of Deno.readDirSync(shims)) {
    const [name = "", ...rest] = entry.name.replace(/\.ts$/, "").split("_");
    const found = packages.get(`@std/${name}`) ?? { version, exports: {}, files: {} };
    packages.set(`@std/${name}`, found);
    found.exports[rest.length === 0 ? "." : `./${rest.join("-")}`] = `./${entry.name}`;
    found.files[`/${entry.name}`] = Deno.readTextFileSync(new URL(entry.name, shims));
  }
  return packages;
}

function checksum(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("hex")}`;
}

/** A registry that answers; `asked` counts the files that it gave. */
export interface JsrStandIn extends AsyncDisposable {
  /** For the environment variable `JSR_URL`. */
  readonly url: string;
  readonly asked: readonly string[];
}

/** Starts the stand-in; `others` are packages beside `@std`, by name. */
export function startJsrStandIn(others: Readonly<Record<string, JsrPackage>> = {}): JsrStandIn {
  const packages = new Map([...stdPackages(), ...Object.entries(others)]);
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    const [, scope = "", name = "", rest = ""] =
      /^\/@([a-z]+)\/([a-z]+)(\/.*)$/.exec(decodeURI(pathname)) ?? [];
    const found = packages.get(`@${scope}/${name}`);
    if (found === undefined) return new Response("not found", { status: 404 });
    if (rest === "/meta.json") {
      const versions = { [found.version]: {} };
      return Response.json({ scope, name, latest: found.version, versions });
    }
    if (rest === `/${found.version}_meta.json`) {
      const manifest = Object.fromEntries(
        Object.entries(found.files).map(([path, text]) => [
          path,
          { size: new TextEncoder().encode(text).length, checksum: checksum(text) },
        ]),
      );
      return Response.json({
        manifest,
        exports: found.exports,
        ...(found.moduleGraph === undefined ? {} : { moduleGraph2: found.moduleGraph }),
      });
    }
    const path = rest.replace(`/${found.version}`, "");
    const text = found.files[path];
    if (text === undefined) return new Response("not found", { status: 404 });
    asked.push(pathname);
    return new Response(text, { headers: { "content-type": contentType(path) } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function contentType(path: string): string {
  if (path.endsWith(".ts")) return "text/typescript";
  return path.endsWith(".json") ? "application/json" : "text/plain";
}
