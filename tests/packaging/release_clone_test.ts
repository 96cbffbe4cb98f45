/** A release made by its commands alone, in a clone that nobody worked in. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import { targets } from "../../dist-scripts/build/targets.ts";
import { fromFileUrl } from "../support/paths.ts";
import { finish, isInstalled } from "./tools.ts";

const checkout = fromFileUrl(new URL("../../", import.meta.url));
const version = "9.8.7";
const identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"];
const isGnuTar = (await finish("tar", { args: ["--version"] })).stdout.includes("GNU");
const ignore = Deno.build.os !== "linux" || !isGnuTar || !await isInstalled("xz") ||
  !await isInstalled("git");

async function succeed(command: string, args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await finish(command, { args, cwd });
  assertEquals([args.join(" "), code, code === 0 ? "" : stderr], [args.join(" "), 0, ""]);
  return stdout;
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text, { mode: 0o755 });
}

async function exists(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined)) !== undefined;
}

/** What the builds of all targets leave, with scripts in the executables' places. */
async function standIns(clone: string): Promise<void> {
  for (const { file, triple } of targets) {
    await write(join(clone, "dist", file), `#!/bin/sh\necho "atmosphere ${version}"\n`);
    const work = join(clone, ".cache", "build", triple);
    await write(join(work, "parties.json"), "[]");
    await write(join(work, "stage", "NOTICES.txt"), "notices\n");
  }
}

Deno.test({
  name: "an empty clone makes a whole release: version, changelog, files, notes, tap",
  ignore,
  async fn(test) {
    const folder = await Deno.makeTempDir({ prefix: "atmosphere-clone-" });
    const [clone, tap] = [join(folder, "clone"), join(folder, "tap")];
    const git = (...args: string[]) => succeed("git", [...identity, ...args], clone);
    const release = (...args: string[]) =>
      succeed(Deno.execPath(), ["task", "--quiet", "release", ...args], clone);
    try {
      await succeed("git", ["clone", "--quiet", checkout, clone], folder);
      const first = (await git("log", "-1", "--format=%H")).trim();

      await test.step("bump counts from the last tag and closes the changelog's section", async () => {
        await git("tag", "v0.4.1");
        await git("commit", "--quiet", "--allow-empty", "--message", "fix: a small thing");
        assertEquals(await release("bump"), "0.4.2\n");
        await git("checkout", "--quiet", first, "--", ".");
        assertEquals(await release("bump", version), `${version}\n`);
        const changed = (await git("status", "--porcelain", "--untracked-files=no")).trim();
        assertEquals(changed.split("\n").map((line) => line.trim()), [
          "M CHANGELOG.md",
          "M deno.json",
        ]);
        assertMatch(
          await Deno.readTextFile(join(clone, "CHANGELOG.md")),
          /^## \[9\.8\.7\] - \d{4}-\d\d-\d\d$/m,
        );
        await git("commit", "--quiet", "--all", "--message", `chore: release ${version}`);
        // 45 MB, which no command of a release needs.
        assertEquals(await exists(join(clone, ".cache", "models")), false);
      });

      const out = join(clone, "dist", "release");
      await test.step("pack writes every file, with checksums that hold", async () => {
        await standIns(clone);
        const files = (await release("pack")).trim().split("\n");
        await succeed("sha256sum", ["--check", "--strict", "--quiet", "checksums.txt"], out);
        const sums = (await Deno.readTextFile(join(out, "checksums.txt"))).trim().split("\n");
        // All but the list itself.
        assertEquals(sums.length, files.length - 1);
        assertEquals((await git("status", "--porcelain")).trim(), "");
      });

      await test.step("install.sh installs the archive that was packed", async () => {
        const archive = join(out, `atmosphere-${Deno.build.target}.tar.xz`);
        const args = ["--offline", archive, "--dir", join(folder, "bin"), "--no-modify-path"];
        const printed = await succeed("sh", [join(out, "install.sh"), ...args], folder);
        assertStringIncludes(printed, `Installed atmosphere ${version}`);
      });

      await test.step("notes prints the changelog's section", async () => {
        const notes = (await release("notes")).trim();
        assert(notes.length > 0 && !notes.includes("## ["));
        assertStringIncludes(await Deno.readTextFile(join(clone, "CHANGELOG.md")), notes);
      });

      await test.step("tap commits the formula once", async () => {
        await succeed("git", ["init", "--quiet", tap], folder);
        for (let round = 0; round < 2; round++) await release("tap", tap);
        const log = await succeed("git", ["log", "--format=%s"], tap);
        assertEquals(log, `atmosphere ${version}\n`);
        const formula = await Deno.readTextFile(join(tap, "Formula", "atmosphere.rb"));
        assertStringIncludes(formula, `version "${version}"`);
        assertEquals(/"0{64}"/.test(formula), false);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
