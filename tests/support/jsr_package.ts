/** Our own package as the registry would serve it after `deno publish`. */
import { join } from "node:path";
import type { ModuleGraph } from "./jsr_module_graph.ts";
import { fromFileUrl, repositoryFiles } from "./paths.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const specifierPattern = /(\bfrom\s*|\bimport\s*\(?\s*)"([^"\n]+)"/g;

/** A package in a registry. */
export interface JsrPackage {
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  /** Content by path, such as `/main.ts`. */
  readonly files: Readonly<Record<string, string>>;
  /** Left out for a package of before the registry told it. */
  readonly moduleGraph?: ModuleGraph;
}

interface Manifest {
  readonly version: string;
  readonly exports: Record<string, string>;
  readonly imports: Record<string, string>;
  readonly publish: { readonly include: string[]; readonly exclude: string[] };
}

/** Reads the checkout's files that `deno.json` publishes, with their imports as publishing writes them. */
export function readOwnPackage(): JsrPackage {
  const manifest: Manifest = JSON.parse(Deno.readTextFileSync(join(root, "deno.json")));
  const files: Record<string, string> = {};
  for (const path of publishedFiles(manifest)) {
    const text = Deno.readTextFileSync(join(root, path));
    files[`/${path}`] = /\.tsx?$/.test(path) ? withoutImportMap(text, manifest.imports) : text;
  }
  return { version: manifest.version, exports: manifest.exports, files };
}

/** Paths of the files that are published, below the checkout. */
export function publishedFiles(manifest: Pick<Manifest, "publish">): string[] {
  const { include, exclude } = manifest.publish;
  const excluded = exclude.map((glob) =>
    new RegExp(
      `^${
        glob.replaceAll(/[.]/g, "\\.")
          .replaceAll("**/", "(?:.*/)?")
          .replaceAll(/(?<![.)])\*/g, "[^/]*")
      }${glob.endsWith("/") ? "" : "$"}`,
    )
  );
  return repositoryFiles().filter((path) =>
    include.some((entry) => entry.endsWith("/") ? path.startsWith(entry) : path === entry) &&
    !excluded.some((pattern) => pattern.test(path))
  );
}

/** `text` with each name of the import map replaced by what it stands for. */
function withoutImportMap(text: string, imports: Readonly<Record<string, string>>): string {
  return text.replace(specifierPattern, (whole, before: string, specifier: string) => {
    const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? "";
    const target = imports[name];
    return target === undefined ? whole : `${before}"${target}${specifier.slice(name.length)}"`;
  });
}
