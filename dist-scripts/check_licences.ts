/**
 * Says which licences the program's packages are under, on every target; fails on one that is not
 * on the list in build/licences.ts. The build checks what it packs by the same list.
 *
 *   deno task licences
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isLicenceAllowed } from "./build/licences.ts";
import { readPackage, type ThirdParty } from "./build/notices.ts";
import { installPackages } from "./build/packages.ts";
import { targets } from "./build/targets.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
/**
 * Packages that are installed and neither used nor handed out: sharp reads images, and the program
 * embeds text alone. No executable holds them.
 */
const notUsed = /^@img\/sharp-/;

/** Every package that was installed into `nodeModules`, sorted by name. */
export async function installedPackages(nodeModules: string): Promise<ThirdParty[]> {
  const store = join(nodeModules, ".deno");
  const found: ThirdParty[] = [];
  for await (const { name, isDirectory } of Deno.readDir(store)) {
    if (!isDirectory) continue;
    // What lies there itself is folders, what it depends on links to others.
    for (const folder of await packageFolders(join(store, name, "node_modules"))) {
      found.push(await readPackage(folder));
    }
  }
  return found.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

async function packageFolders(folder: string): Promise<string[]> {
  const found: string[] = [];
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    // Links alone are kept in another way.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  for (const { name, isDirectory } of entries) {
    if (!isDirectory || name.startsWith(".")) continue;
    const path = join(folder, name);
    if (name.startsWith("@")) found.push(...await packageFolders(path));
    else found.push(path);
  }
  return found;
}

/** Those of `packages` whose licence forbids what we do with them, as `name version (licence)`. */
export function refusedPackages(packages: readonly ThirdParty[]): string[] {
  return packages
    .filter(({ name, licence }) => !isLicenceAllowed(licence) && !notUsed.test(name))
    .map(({ name, version, licence }) => `${name} ${version} (${licence || "none"})`);
}

async function main(): Promise<number> {
  const { imports } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const cache = join(root, ".cache");
  let code = 0;
  for (const target of targets) {
    const nodeModules = await installPackages(join(cache, "build", target.triple), {
      root,
      target,
      imports,
      lock: join(cache, "deno.lock"),
    });
    const packages = await installedPackages(nodeModules);
    const counts = new Map<string, number>();
    for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
    const list = [...counts].sort(([, a], [, b]) => b - a).map(([name, n]) => `${n} ${name}`);
    console.log(`${target.triple}: ${packages.length} packages, ${list.join(", ")}`);
    const refused = refusedPackages(packages);
    if (refused.length === 0) continue;
    console.error(`Not on the list of allowed licences: ${refused.join(", ")}`);
    code = 1;
  }
  return code;
}

if (import.meta.main) Deno.exit(await main());
