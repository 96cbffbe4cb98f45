/** Installs the packages of the program for one target, beside the build and not in the checkout. */
import { join } from "node:path";
import type { Target } from "./targets.ts";

const importPattern = /(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g;

/** The names of `imports` that are npm's and that the program's sources import. */
async function importedPackages(
  root: string,
  imports: Readonly<Record<string, string>>,
): Promise<string[]> {
  const found = new Set<string>();
  for await (const text of sources(root)) {
    for (const [, specifier = ""] of text.matchAll(importPattern)) {
      const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? "";
      if (imports[name]?.startsWith("npm:")) found.add(name);
    }
  }
  return [...found].sort();
}

async function* sources(root: string): AsyncGenerator<string> {
  yield await Deno.readTextFile(join(root, "main.ts"));
  const folders = [join(root, "src")];
  for (const folder of folders) {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) folders.push(path);
      else if (/\.ts$/.test(name) && !/_(test|bench)\.ts$/.test(name)) {
        yield await Deno.readTextFile(path);
      }
    }
  }
}

/** What the std shims import where the `@std` packages come from npm. */
const stdPackage = "deno-std";

/** The import that names the release of ONNX Runtime which an executable carries. */
const packedEngine = "onnxruntime-node-packed";

/**
 * The folder of the package `onnxruntime-node` that is to be packed. transformers.js names another
 * release, which is installed beside it.
 */
export function packedEngineFolder(
  nodeModules: string,
  imports: Readonly<Record<string, string>>,
): string {
  const [, name = "", version = ""] = /^npm:(.+)@(.+)$/.exec(imports[packedEngine] ?? "") ?? [];
  return join(nodeModules, ".deno", `${name}@${version}`, "node_modules", name);
}

/** Installs into `folder/node_modules` and returns that path. */
export async function installPackages(
  folder: string,
  options: {
    root: string;
    target: Target;
    imports: Readonly<Record<string, string>>;
    lock: string;
  },
): Promise<string> {
  const { root, target, imports, lock } = options;
  await Deno.mkdir(folder, { recursive: true });
  const { specifiers } = JSON.parse(await Deno.readTextFile(lock)) as {
    specifiers: Record<string, string>;
  };
  const std = Object.keys(specifiers).find((name) => name.startsWith(`npm:${stdPackage}@`));
  const config = {
    nodeModulesDir: "auto",
    imports: {
      ...Object.fromEntries(
        (await importedPackages(root, imports)).map((name) => [name, imports[name]]),
      ),
      [packedEngine]: imports[packedEngine],
      ...(std === undefined ? {} : { [stdPackage]: std }),
    },
  };
  await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify(config, null, 2));
  // The project's lock pins every package of the tree by its integrity.
  await Deno.copyFile(lock, join(folder, "deno.lock"));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--os", target.os, "--arch", target.cpu],
    cwd: folder,
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`Installing for ${target.triple} failed: ${new TextDecoder().decode(stderr)}`);
  }
  return join(folder, "node_modules");
}
