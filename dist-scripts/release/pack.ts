/** The archives of a release, with their checksums, bills of materials and formula. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ThirdParty } from "../build/notices.ts";
import { type Target, targets } from "../build/targets.ts";
import { bashCompletion } from "../../src/cli/completion/bash.ts";
import { fishCompletion } from "../../src/cli/completion/fish.ts";
import { completionNodes } from "../../src/cli/completion/nodes.ts";
import { powershellCompletion } from "../../src/cli/completion/powershell.ts";
import { zshCompletion } from "../../src/cli/completion/zsh.ts";
import { program } from "../../src/cli/table.ts";
import { renderManPages } from "../man_pages.ts";
import { filledFormula } from "./formula.ts";
import { renderSbom } from "./sbom.ts";

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

/** Packs every executable that was built. Throws when there is none. */
export async function packRelease(options: PackOptions): Promise<string[]> {
  const { root, outDir, version } = options;
  await Deno.remove(outDir, { recursive: true }).catch(() => {});
  await Deno.mkdir(outDir, { recursive: true });
  const files: string[] = [];
  const built = [];
  for (const target of targets) {
    if (await exists(join(root, "dist", target.file))) built.push(target);
  }
  if (built.length === 0) throw new Error("No executable is in dist/; run deno task build");
  for (const target of built) {
    files.push(await packTarget(target, options));
    files.push(await writeSbom(target, options));
  }
  for (const script of ["install.sh", "install.ps1"]) {
    await Deno.copyFile(join(root, script), join(outDir, script));
    files.push(script);
  }
  const sums = await Promise.all(
    files.sort().map(async (name) => `${await sha256(join(outDir, name))}  ${name}\n`),
  );
  await Deno.writeTextFile(join(outDir, "checksums.txt"), sums.join(""));
  if (built.length === targets.length) {
    const formula = await Deno.readTextFile(join(root, "Formula", "atmosphere.rb"));
    await Deno.writeTextFile(
      join(outDir, "atmosphere.rb"),
      filledFormula(formula, { version, checksums: sums.join("") }),
    );
  }
  return [...files, "checksums.txt"];
}

/** What lies beside the executable in every archive. */
async function writeExtras(folder: string, options: PackOptions): Promise<void> {
  const { root, timeS } = options;
  for (const name of ["LICENSE", "README.md"]) {
    await Deno.copyFile(join(root, name), join(folder, name));
  }
  const nodes = completionNodes(program);
  const { name } = program;
  const texts = new Map([
    [`completions/${name}.bash`, bashCompletion(name, nodes)],
    [`completions/${name}.fish`, fishCompletion(name, nodes)],
    [`completions/_${name}`, zshCompletion(name, nodes)],
    [`completions/${name}.ps1`, powershellCompletion(name, nodes)],
  ]);
  const date = new Date(timeS * 1000).toISOString().slice(0, 10);
  for (const { file, text } of renderManPages(program, { date })) texts.set(`man/${file}`, text);
  await Deno.mkdir(join(folder, "completions"));
  await Deno.mkdir(join(folder, "man"));
  for (const [path, text] of texts) await Deno.writeTextFile(join(folder, path), text);
}

async function packTarget(target: Target, options: PackOptions): Promise<string> {
  const { root, outDir, timeS } = options;
  const folder = await Deno.makeTempDir();
  try {
    await writeExtras(folder, options);
    const executable = target.os === "win32" ? "atmosphere.exe" : "atmosphere";
    await Deno.copyFile(join(root, "dist", target.file), join(folder, executable));
    await Deno.chmod(join(folder, executable), 0o755);
    await Deno.copyFile(
      join(root, ".cache", "build", target.triple, "stage", "NOTICES.txt"),
      join(folder, "NOTICES.txt"),
    );
    const name = `atmosphere-${target.triple}.tar.gz`;
    // The same bytes on every machine with GNU tar: order, owners, times and modes are given.
    const tar = "tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner " +
      '--mode=u=rwX,go=rX --mtime="@$1" -cf - -C "$2" .';
    await run("sh", [
      "-ec",
      `${tar} >"$3.tar" && gzip -9n <"$3.tar" >"$3" && rm "$3.tar"`,
      "sh",
      String(timeS),
      folder,
      join(outDir, name),
    ]);
    return name;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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

async function run(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, stderr: "piped" }).output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
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
