/**
 * What a release is made of; the workflow only uploads it.
 *
 *   deno task release bump [VERSION]   sets the version in deno.json and closes the changelog's section;
 *                                      without one, the commits since the last tag say which
 *   deno task release pack             archives, bottles, checksums, bills of materials and the
 *                                      formula into dist/release/, of the executables in dist/
 *   deno task release notes            prints the notes of the version in deno.json
 *   deno task release tap FOLDER       commits dist/release/atmosphere.rb in a checkout of the tap
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nextVersion, notesOf, sectionOf, withRelease } from "./release/changelog.ts";
import { releaseDate, releaseTimeS } from "./release/date.ts";
import { packRelease } from "./release/pack.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const manifestPath = join(root, "deno.json");
const changelogPath = join(root, "CHANGELOG.md");
const usage = "Usage: deno task release bump [VERSION] | pack | notes | tap FOLDER";

async function currentVersion(): Promise<string> {
  return JSON.parse(await Deno.readTextFile(manifestPath)).version;
}

async function git(args: string[], cwd: string = root): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", { args, cwd }).output();
  if (!success) throw new Error(`git ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

async function bump(wanted: string | undefined): Promise<void> {
  const tags = (await git(["tag", "--list", "v*", "--sort=-v:refname"])).split("\n");
  const last = tags.find((tag) => /^v\d+\.\d+\.\d+$/.test(tag));
  const range = last === undefined ? "HEAD" : `${last}..HEAD`;
  const subjects = (await git(["log", range, "--format=%s"])).split("\n");
  const bodies = await git(["log", range, "--format=%b"]);
  // The first release is of the version that is there.
  const next = last === undefined
    ? await currentVersion()
    : nextVersion(last.slice(1), { subjects, bodies });
  const version = wanted ?? next;
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

/** Puts the release's formula into a checkout of the tap; to push it is left to the caller. */
async function updateTap(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, "Formula"), { recursive: true });
  await Deno.copyFile(
    join(root, "dist", "release", "atmosphere.rb"),
    join(folder, "Formula", "atmosphere.rb"),
  );
  await git(["add", "Formula/atmosphere.rb"], folder);
  if (await git(["status", "--porcelain"], folder) === "") return;
  const author = ["-c", "user.name=Atmosphere", "-c", "user.email=atmosphere@localhost"];
  const message = `atmosphere ${await currentVersion()}`;
  await git([...author, "commit", "--quiet", "--message", message], folder);
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
    case "tap":
      if (args[1] === undefined) break;
      await updateTap(args[1]);
      return 0;
  }
  console.error(usage);
  return 2;
}

Deno.exit(await main(Deno.args));
