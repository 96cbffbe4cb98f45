/** The archives and bottles of a release, with their checksums, bills of materials and formula. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ThirdParty } from "../build/notices.ts";
import { type Target, targets } from "../build/targets.ts";
import { bottleName, bottleTag, layOutKeg } from "./bottle.ts";
import { writeExtras } from "./extras.ts";
import { filledFormula } from "./formula.ts";
import { renderSbom } from "./sbom.ts";
import { writeTarball } from "./tarball.ts";

/** What {@linkcode packRelease} needs. */
export interface PackOptions {
  /** The checkout. */
  readonly root: string;
  readonly version: string;
  /** Time of everything in the archives, in seconds. */
  readonly timeS: number;
  /** Folder for the result; it is made anew. */
  readonly outDir: string;
}

/**
 * Packs every executable that was built; the formula and its bottles only when all were. Throws
 * when there is none.
 */
export async function packRelease(options: PackOptions): Promise<string[]> {
  const { root, outDir } = options;
  await Deno.remove(outDir, { recursive: true }).catch(() => {});
  await Deno.mkdir(outDir, { recursive: true });
  const built = [];
  for (const target of targets) {
    if (await exists(join(root, "dist", target.file))) built.push(target);
  }
  if (built.length === 0) throw new Error("No executable is in dist/; run deno task build");
  const work = await Deno.makeTempDir();
  try {
    const files: string[] = [];
    for (const target of built) {
      files.push(...await packTarget(target, options, join(work, target.triple)));
      files.push(await writeSbom(target, options));
    }
    for (const name of ["install.sh", "install.ps1"]) {
      await Deno.copyFile(join(root, name), join(outDir, name));
      files.push(name);
    }
    for (const name of await debianPackages(options)) {
      await Deno.copyFile(join(root, "dist", name), join(outDir, name));
      files.push(name);
    }
    if (built.length === targets.length) files.push(...await packBottles(options, work));
    const sums = await checksums(outDir, files);
    await Deno.writeTextFile(join(outDir, "checksums.txt"), sums);
    return [...files.sort(), "checksums.txt"];
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Lays an archive's content out in `folder` and packs it. */
async function packTarget(
  target: Target,
  options: PackOptions,
  folder: string,
): Promise<string[]> {
  const { root, outDir, timeS } = options;
  await Deno.mkdir(folder);
  await writeExtras(folder, options);
  const executable = target.os === "win32" ? "atmosphere.exe" : "atmosphere";
  await Deno.copyFile(join(root, "dist", target.file), join(folder, executable));
  await Deno.chmod(join(folder, executable), 0o755);
  await Deno.copyFile(
    join(root, ".cache", "build", target.triple, "stage", "NOTICES.txt"),
    join(folder, "NOTICES.txt"),
  );
  // Windows can't unpack xz, and `atmosphere update` neither.
  const endings = target.os === "win32" ? ["gz"] : ["gz", "xz"];
  const names = endings.map((ending) => `atmosphere-${target.triple}.tar.${ending}`);
  const isX86 = target.cpu === "x64";
  for (const name of names) {
    await writeTarball(join(outDir, name), { folder, entry: ".", timeS, isX86 });
  }
  return names;
}

/** The bottles, of the archives' contents in `work`, and the formula with the sums of all. */
async function packBottles(options: PackOptions, work: string): Promise<string[]> {
  const { root, outDir, version, timeS } = options;
  const template = await Deno.readTextFile(join(root, "Formula", "atmosphere.rb"));
  const archives = targets.filter(({ os }) => os !== "win32")
    .map(({ triple }) => `atmosphere-${triple}.tar.xz`);
  const archiveSums = await checksums(outDir, archives);
  const formula = filledFormula(template, { version, checksums: archiveSums });
  const bottles: string[] = [];
  for (const target of targets) {
    const tag = bottleTag(target);
    if (tag === undefined) continue;
    const folder = join(work, tag);
    await layOutKeg(join(work, target.triple), folder, { target, version, timeS, formula });
    const name = bottleName(version, tag);
    // Homebrew takes name and version from the first entry.
    const entry = `atmosphere/${version}`;
    await writeTarball(join(outDir, name), { folder, entry, timeS });
    await Deno.remove(folder, { recursive: true });
    bottles.push(name);
  }
  await Deno.writeTextFile(
    join(outDir, "atmosphere.rb"),
    filledFormula(template, {
      version,
      checksums: archiveSums + await checksums(outDir, bottles),
      bottleName: (tag) => bottleName(version, tag),
    }),
  );
  return [...bottles, "atmosphere.rb"];
}

/** Names of the Debian packages of this version in dist/. */
async function debianPackages({ root, version }: PackOptions): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(join(root, "dist")))).map(({ name }) => name);
  return names.filter((name) => name.endsWith(".deb") && name.startsWith(`atmosphere_${version}_`));
}

async function writeSbom(target: Target, options: PackOptions): Promise<string> {
  const { root, outDir, version, timeS } = options;
  const parties: ThirdParty[] = JSON.parse(
    await Deno.readTextFile(join(root, ".cache", "build", target.triple, "parties.json")),
  );
  const name = `atmosphere-${target.triple}.cdx.json`;
  await Deno.writeTextFile(
    join(outDir, name),
    renderSbom({
      version,
      triple: target.triple,
      sha256: await sha256(join(root, "dist", target.file)),
      timestamp: new Date(timeS * 1000).toISOString(),
      parties,
    }),
  );
  return name;
}

async function checksums(folder: string, names: readonly string[]): Promise<string> {
  const lines = names.toSorted().map(async (name) =>
    `${await sha256(join(folder, name))}  ${name}\n`
  );
  return (await Promise.all(lines)).join("");
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function sha256(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}
