/** Installs the packages of the program for one target, beside the build and not in the checkout. */
import { join } from "node:path";
import type { Target } from "./targets.ts";

/** Packages of `deno.json` that the program itself imports; the rest serve tests and builds. */
const runtimePackages = [
  "@huggingface/transformers",
  "@libsql/client",
  "@valibot/to-json-schema",
  "hono",
  "multiformats",
  "valibot",
  "yaml",
] as const;

/** What the std shims import where the `@std` packages come from npm. */
const stdPackage = "deno-std";

/** Installs into `folder/node_modules` and returns that path. */
export async function installPackages(
  folder: string,
  options: { target: Target; imports: Readonly<Record<string, string>>; lock: string },
): Promise<string> {
  const { target, imports, lock } = options;
  await Deno.mkdir(folder, { recursive: true });
  const { specifiers } = JSON.parse(await Deno.readTextFile(lock)) as {
    specifiers: Record<string, string>;
  };
  const std = Object.keys(specifiers).find((name) => name.startsWith(`npm:${stdPackage}@`));
  const config = {
    nodeModulesDir: "auto",
    imports: {
      ...Object.fromEntries(runtimePackages.map((name) => [name, required(imports, name)])),
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

function required(imports: Readonly<Record<string, string>>, name: string): string {
  const specifier = imports[name];
  if (specifier === undefined) throw new Error(`deno.json has no import named ${name}`);
  return specifier;
}
