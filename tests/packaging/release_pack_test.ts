/** A whole release of stand-ins for the executables. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { targets } from "../../dist-scripts/build/targets.ts";
import { packRelease } from "../../dist-scripts/release/pack.ts";
import { fromFileUrl } from "../support/paths.ts";
import { finish, isInstalled } from "./tools.ts";

const checkout = fromFileUrl(new URL("../../", import.meta.url));
const version = "1.2.3";
const timeS = 1_000_000_000;
const party = {
  name: "a",
  version: "1.0.0",
  licence: "MIT",
  homepage: "https://example.org/",
  isPackage: true,
};

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

/** A checkout after a build of `built`. */
async function fakeCheckout(root: string, built: typeof targets): Promise<void> {
  for (
    const path of ["LICENSE", "README.md", "install.sh", "install.ps1", "Formula/atmosphere.rb"]
  ) {
    await write(join(root, path), await Deno.readTextFile(join(checkout, path)));
  }
  await write(join(root, "dist", "other"), "not ours");
  for (const target of built) {
    await write(join(root, "dist", target.file), `executable of ${target.triple}`);
    const work = join(root, ".cache", "build", target.triple);
    await write(join(work, "parties.json"), JSON.stringify([party]));
    await write(join(work, "stage", "NOTICES.txt"), "notices");
  }
  await write(join(root, "dist", `atmosphere_${version}_amd64.deb`), "package");
  await write(join(root, "dist", "atmosphere_1.2.2_amd64.deb"), "package of before");
}

async function withCheckout(
  built: typeof targets,
  work: (root: string, pack: (outDir: string) => Promise<string[]>) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "atmosphere-release-" });
  try {
    await fakeCheckout(root, built);
    await work(root, (outDir) => packRelease({ root, version, timeS, outDir }));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const isGnuTar = (await finish("tar", { args: ["--version"] })).stdout.includes("GNU");
const ignore = !isGnuTar || !await isInstalled("gzip") || !await isInstalled("xz");

Deno.test({
  name: "packRelease() makes everything of a release, the same bytes each time",
  ignore,
  fn: () =>
    withCheckout(targets, async (root, pack) => {
      const [one, two] = [join(root, "one"), join(root, "two")];
      const files = await pack(one);
      assertEquals(await pack(two), files);
      const sums = await Deno.readTextFile(join(one, "checksums.txt"));
      assertEquals(await Deno.readTextFile(join(two, "checksums.txt")), sums);

      const named = sums.trim().split("\n").map((line) => line.split("  ")) as [string, string][];
      assertEquals(named.map(([, name]) => name), files.slice(0, -1));
      for (const [sum, name] of named) {
        const bytes = await Deno.readFile(join(one, name));
        assertEquals([name, createHash("sha256").update(bytes).digest("hex")], [name, sum]);
      }
      for (const { triple } of targets) {
        assertEquals(files.includes(`atmosphere-${triple}.tar.gz`), true);
        const isWindows = triple.includes("windows");
        assertEquals(files.includes(`atmosphere-${triple}.tar.xz`), !isWindows);
        assertEquals(files.includes(`atmosphere-${triple}.cdx.json`), true);
      }
      assertEquals(files.filter((name) => name.endsWith(".bottle.tar.gz")).length, 4);
      assertEquals(files.filter((name) => name.endsWith(".deb")), [
        `atmosphere_${version}_amd64.deb`,
      ]);
      const formula = await Deno.readTextFile(join(one, "atmosphere.rb"));
      assertEquals(/"0{64}"/.test(formula), false);
      assertStringIncludes(formula, `/v${version}"`);
    }),
});

Deno.test({
  name: "an archive has the executable, licences, completions of four shells and man pages",
  ignore,
  fn: () =>
    withCheckout(targets, async (root, pack) => {
      await pack(join(root, "out"));
      const archives = targets.flatMap(({ triple, os }) =>
        ["gz", ...(os === "win32" ? [] : ["xz"])].map((ending) => [`${triple}.tar.${ending}`, os])
      );
      for (const [name, os] of archives) {
        const { stdout } = await finish("tar", {
          args: ["-tvf", join(root, "out", `atmosphere-${name}`)],
        });
        const names = stdout.trim().split("\n").map((line) => line.split(" ").at(-1));
        const executable = os === "win32" ? "./atmosphere.exe" : "./atmosphere";
        for (
          const name of [
            executable,
            "./LICENSE",
            "./NOTICES.txt",
            "./README.md",
            "./completions/_atmosphere",
            "./completions/atmosphere.bash",
            "./completions/atmosphere.fish",
            "./completions/atmosphere.ps1",
            "./man/atmosphere.1",
            "./man/atmosphere-serve.1",
          ]
        ) assertEquals([name, names.includes(name)], [name, true]);
        assertStringIncludes(stdout, "-rwxr-xr-x 0/0");
      }
    }),
});

Deno.test({
  name: "packRelease() makes no formula of half a release, and nothing of none",
  ignore,
  async fn() {
    await withCheckout(targets.slice(0, 1), async (root, pack) => {
      const files = await pack(join(root, "out"));
      assertEquals(files.some((name) => /\.rb$|bottle/.test(name)), false);
      assertEquals(files.filter((name) => /-unknown-linux-gnu\.tar\.gz$/.test(name)).length, 1);
    });
    await withCheckout([], async (root, pack) => {
      await assertRejects(() => pack(join(root, "out")), Error, "No executable is in dist/");
    });
  },
});
