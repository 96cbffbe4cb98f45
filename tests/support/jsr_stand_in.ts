/**
 * A stand-in for JSR on loopback that has the three `@std` packages: as much of the registry's API
 * as Deno asks for, over the same code from npm. It shows that the official specifiers resolve
 * where a registry answers; it says nothing about the real packages' types.
 */
import { createHash } from "node:crypto";

const shims = new URL("../../dist-scripts/std/", import.meta.url);
const version = "1.999.0";

interface Package {
  readonly exports: Record<string, string>;
  readonly files: Record<string, string>;
}

function readPackages(): Map<string, Package> {
  const packages = new Map<string, Package>();
  for (const entry of Deno.readDirSync(shims)) {
    const [name = "", ...rest] = entry.name.replace(/\.ts$/, "").split("_");
    const found = packages.get(name) ?? { exports: {}, files: {} };
    packages.set(name, found);
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

/** Starts the stand-in. */
export function startJsrStandIn(): JsrStandIn {
  const packages = readPackages();
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    const [, name = "", rest = ""] = /^\/@std\/([a-z]+)(\/.*)$/.exec(pathname) ?? [];
    const found = packages.get(name);
    if (found === undefined) return new Response("not found", { status: 404 });
    if (rest === "/meta.json") {
      return Response.json({ scope: "std", name, latest: version, versions: { [version]: {} } });
    }
    if (rest === `/${version}_meta.json`) {
      const manifest = Object.fromEntries(
        Object.entries(found.files).map(([path, text]) => [
          path,
          { size: new TextEncoder().encode(text).length, checksum: checksum(text) },
        ]),
      );
      return Response.json({ manifest, exports: found.exports });
    }
    const text = found.files[rest.replace(`/${version}`, "")];
    if (text === undefined) return new Response("not found", { status: 404 });
    asked.push(pathname);
    return new Response(text, { headers: { "content-type": "text/typescript" } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
