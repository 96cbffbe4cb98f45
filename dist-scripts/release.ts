/**
 * What a release is made of; the workflow only uploads it.
 *
 *   deno task release bump [VERSION]   sets the version in deno.json and closes the changelog's section;
 *                                      without one, the commits since the last tag say which
 *   deno task release pack             archives, checksums, bills of materials and the formula into
 *                                      dist/release/, of the executables in dist/
 *   deno task release notes            prints the notes of the version in deno.json
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nextVersion, notesOf, sectionOf, withRelease } from "./release/changelog.ts";
import { releaseDate, releaseTimeS } from "./release/date.ts";
import { packRelease } from "./release/pack.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const manifestPath = join(root, "deno.json");
const changelogPath = join(root, "CHANGELOG.md");
const usage = "Usage: deno task release bump [VERSION] | pack | notes";

async function currentVersion(): Promise<string> {
  return JSON.parse(await Deno.readTextFile(manifestPath)).version;
}

async function git(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", { args, cwd: root }).output();
  if (!success) throw new Error(`git ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

async function bump(wanted: string | undefined): Promise<void> {
  const tags = (await git("tag", "--list", "v*", "--sort=-v:refname")).split("\n");
  const range = tags[0] ? `${tags[0]}..HEAD` : "HEAD";
  const subjects = (await git("log", range, "--format=%s")).split("\n");
  const bodies = await git("log", range, "--format=%b");
  const current = await currentVersion();
  const version = wanted ?? nextVersion(current, { subjects, bodies });
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/.test(version)) {
    throw new Error(`"${version}" is no semantic version`);
  }
  const changelog = withRelease(await Deno.readTextFile(changelogPath), {
    version,
    date: await releaseDate(),
    fallback: sectionOf(subjects),
  });
  // As text, so that the file keeps its form.
  const manifest = await Deno.readTextFile(manifestPath);
  await Deno.writeTextFile(
    manifestPath,
    manifest.replace(/^( {2}"version": ")[^"]*"/m, `$1${version}"`),
  );
  await Deno.writeTextFile(changelogPath, changelog);
  console.log(version);
}

async function main(args: readonly string[]): Promise<number> {
  switch (args[0]) {
    case "bump":
      await bump(args[1]);
      return 0;
    case "pack": {
      const outDir = join(root, "dist", "release");
      const timeS = await releaseTimeS();
      const files = await packRelease({ root, outDir, timeS, version: await currentVersion() });
      for (const file of files) console.log(join(outDir, file));
      return 0;
    }
    case "notes":
      console.log(notesOf(await Deno.readTextFile(changelogPath), await currentVersion()));
      return 0;
    default:
      console.error(usage);
      return 2;
  }
}

Deno.exit(await main(Deno.args));
