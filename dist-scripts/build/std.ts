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

/**
 * Maps each `@std/…` specifier of the program to a file.
 *
 * Asks `deno info`, which knows the answer for npm's shims and for what it fetched from JSR alike.
 */
export async function stdImports(root: string): Promise<Map<string, string>> {
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
  const local = new Map(graph.modules.map((module) => [module.specifier, module.local]));
  const found = new Map<string, string>();
  for (const { specifier, code } of graph.modules.flatMap((m) => m.dependencies ?? [])) {
    if (!specifier.startsWith("@std/") || code?.specifier === undefined) continue;
    const target = graph.redirects?.[code.specifier] ?? code.specifier;
    const path = local.get(target) ??
      (target.startsWith("file:") ? fileURLToPath(target) : undefined);
    if (path !== undefined) found.set(specifier, path);
  }
  return found;
}
