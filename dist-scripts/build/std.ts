/** Where the `@std` imports of the program are on disk, whichever way they are resolved. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Graph {
  readonly modules: ReadonlyArray<{
    readonly specifier: string;
    readonly local?: string;
    readonly dependencies?: ReadonlyArray<{
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
    }>;
  }>;
  readonly redirects?: Readonly<Record<string, string>>;
}

/** The modules of `@std`, as files. */
export interface StdModules {
  /** The file that `specifier` means in the file `importer`; undefined when it is none of `@std`. */
  resolve(specifier: string, importer: string): string | undefined;
  /** Whether `path` came from JSR: it is TypeScript then, whatever its cache calls it. */
  isFetched(path: string): boolean;
}

/**
 * Finds the `@std` modules of the program.
 *
 * Asks `deno info`, which knows the answer for npm's shims and for what it fetched from JSR alike.
 * What was fetched lies in Deno's cache under names without folders, so the relative imports
 * between those files are resolved by the same answer.
 */
export async function stdModules(root: string): Promise<StdModules> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-config",
      "--no-lock",
      join(root, "dist-scripts", "dev.ts"),
      "info",
      "--json",
      join(root, "main.ts"),
    ],
    cwd: root,
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
  const graph: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const fileOf = new Map(graph.modules.map(({ specifier, local }) => [
    specifier,
    local ?? (specifier.startsWith("file:") ? fileURLToPath(specifier) : undefined),
  ]));
  const isRemote = (specifier: string) => specifier.startsWith("https:");
  const fetched = new Set(
    graph.modules.filter(({ specifier }) => isRemote(specifier)).map(({ local }) => local),
  );
  const named = new Map<string, string>();
  const inner = new Map<string, string>();
  for (const module of graph.modules) {
    const importer = fileOf.get(module.specifier);
    for (const { specifier, code } of module.dependencies ?? []) {
      const path = fileOf.get(graph.redirects?.[code?.specifier ?? ""] ?? code?.specifier ?? "");
      if (path === undefined) continue;
      if (specifier.startsWith("@std/")) named.set(specifier, path);
      if (isRemote(module.specifier)) inner.set(`${importer}\n${specifier}`, path);
    }
  }
  return {
    resolve: (specifier, importer) =>
      inner.get(`${importer}\n${specifier}`) ?? named.get(specifier),
    isFetched: (path) => fetched.has(path),
  };
}
