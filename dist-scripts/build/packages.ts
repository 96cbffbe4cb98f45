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

/**
 * The release of ONNX Runtime that an executable carries, pinned by the integrity of what gets in.
 * It is not among the project's imports: each task fetches all of those, and this has 200 MB.
 */
const packedEngine = {
  name: "onnxruntime-node",
  version: "1.24.3",
  integrity: {
    "onnxruntime-node@1.24.3":
      "sha512-JH7+czbc8ALA819vlTgcV+Q214/+VjGeBHDjX81+ZCD0PCVCIFGFNtT0V4sXG/1JXypKPgScQcB3ij/hk3YnTg==",
    "onnxruntime-common@1.24.3":
      "sha512-GeuPZO6U/LBJXvwdaqHbuUmoXiEdeCjWi/EG7Y1HNnDwJYuk6WUbNXpF6luSUY8yASul3cmUlLGrCCL1ZgVXqA==",
  },
} as const;

/**
 * The folder of the package `onnxruntime-node` that is to be packed. transformers.js names another
 * release, which is installed beside it.
 */
export function packedEngineFolder(nodeModules: string): string {
  const { name, version } = packedEngine;
  return join(nodeModules, ".deno", `${name}@${version}`, "node_modules", name);
}

/** Throws unless the lock that an installation left has the pinned packages. */
async function checkPackedEngine(lock: string): Promise<void> {
  const { npm } = JSON.parse(await Deno.readTextFile(lock)) as {
    npm: Record<string, { integrity: string }>;
  };
  for (const [id, pinned] of Object.entries(packedEngine.integrity)) {
    const found = npm[id]?.integrity;
    if (found !== pinned) {
      throw new Error(`${id} has the integrity ${found ?? "of nothing"} instead of ${pinned}`);
    }
  }
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
      "packed-engine": `npm:${packedEngine.name}@${packedEngine.version}`,
      ...(std === undefined ? {} : { [stdPackage]: std }),
    },
  };
  await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify(config, null, 2));
  // The project's lock pins every package of the tree but the packed engine by its integrity.
  await Deno.copyFile(lock, join(folder, "deno.lock"));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--os", target.os, "--arch", target.cpu],
    cwd: folder,
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`Installing for ${target.triple} failed: ${new TextDecoder().decode(stderr)}`);
  }
  await checkPackedEngine(join(folder, "deno.lock"));
  return join(folder, "node_modules");
}
