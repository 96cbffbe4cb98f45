/** The formula as Homebrew would read it, and the bottles as it would pour them. */
import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { targets } from "../../dist-scripts/build/targets.ts";
import { bottleName, bottleTag, layOutKeg } from "../../dist-scripts/release/bottle.ts";
import { writeExtras } from "../../dist-scripts/release/extras.ts";
import { filledFormula } from "../../dist-scripts/release/formula.ts";
import { writeTarball } from "../../dist-scripts/release/tarball.ts";
import { fromFileUrl } from "../support/paths.ts";
import { finish, isInstalled } from "./tools.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const formulaPath = join(root, "Formula", "atmosphere.rb");
const script = fromFileUrl(new URL("./resolve_formula.rb", import.meta.url));
const version = "1.2.3";
const tags = targets.map(bottleTag).filter((tag) => tag !== undefined);
const checksums = [
  ...targets.map(({ triple }) => `atmosphere-${triple}.tar.xz`),
  ...tags.map((tag) => bottleName(version, tag)),
].map((name, i) => `${i.toString(16).repeat(64)}  ${name}\n`).join("");
const filled = filledFormula(Deno.readTextFileSync(formulaPath), {
  version,
  checksums,
  bottleName: (tag) => bottleName(version, tag),
});

function sumOf(name: string): string {
  return checksums.split("\n").find((line) => line.endsWith(`  ${name}`))?.slice(0, 64) ?? "none";
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "atmosphere-formula-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ruby(args: string[]): Promise<string> {
  const { code, stdout, stderr } = await finish("ruby", { args });
  assertEquals([code, code === 0 ? "" : stderr], [0, ""]);
  return stdout.trim();
}

Deno.test("filledFormula() refuses a release that lacks an archive or a bottle", () => {
  const formula = Deno.readTextFileSync(formulaPath);
  const without = (part: string) =>
    checksums.split("\n").filter((line) => !line.includes(part)).join("\n");
  for (const part of [targets[0]!.triple, tags.at(-1)!]) {
    assertThrows(
      () =>
        filledFormula(formula, {
          version,
          checksums: without(part),
          bottleName: (tag) => bottleName(version, tag),
        }),
      Error,
      "There is no checksum of atmosphere-",
    );
  }
  assertEquals(/"0{64}"/.test(filled.replace(/"0{64}"/, "")), false);
});

Deno.test({
  name: "the formula resolves to the right archive and bottles on each platform",
  ignore: !await isInstalled("ruby"),
  fn: () =>
    withFolder(async (folder) => {
      const path = join(folder, "atmosphere.rb");
      await Deno.writeTextFile(path, filled);
      await ruby(["-c", path]);
      const base = `https://github.com/atmosphere/atmosphere/releases/download/v${version}`;
      for (
        const [os, cpu, triple] of [
          ["linux", "intel", "x86_64-unknown-linux-gnu"],
          ["linux", "arm", "aarch64-unknown-linux-gnu"],
          ["macos", "intel", "x86_64-apple-darwin"],
          ["macos", "arm", "aarch64-apple-darwin"],
        ] as const
      ) {
        const lines = (await ruby([script, path, os, cpu])).split("\n");
        const archive = `atmosphere-${triple}.tar.xz`;
        assertEquals(lines.pop(), `archive ${base}/${archive} ${sumOf(archive)}`);
        assertEquals(
          lines.toSorted(),
          tags.map((tag) => {
            const name = bottleName(version, tag);
            return `bottle any_skip_relocation ${base}/${name} ${sumOf(name)}`;
          }).toSorted(),
        );
      }
    }),
});

async function filesBelow(folder: string, prefix = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(join(folder, prefix))) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory) found.push(...await filesBelow(folder, `${path}/`));
    else found.push(path);
  }
  return found.sort();
}

Deno.test({
  name: "a bottle holds what the formula would install, where Homebrew looks for it",
  ignore: !await isInstalled("ruby"),
  fn: () =>
    withFolder(async (folder) => {
      const [archive, kegs, prefix] = ["archive", "kegs", "prefix"].map((name) =>
        join(folder, name)
      ) as [string, string, string];
      await Deno.mkdir(archive);
      await writeExtras(archive, { root, timeS: 1_000_000_000 });
      for (const name of ["atmosphere", "NOTICES.txt"]) {
        await Deno.writeTextFile(join(archive, name), name);
      }
      const target = targets.find(({ os }) => os === "linux")!;
      await layOutKeg(archive, kegs, { target, version, timeS: 1_000_000_000, formula: filled });
      const path = join(folder, "atmosphere.rb");
      await Deno.writeTextFile(path, filled);
      await ruby([script, path, "linux", "intel", archive, prefix]);

      const keg = join(kegs, "atmosphere", version);
      const poured = await filesBelow(keg);
      // What Homebrew itself adds to what a formula installs.
      const added = [".brew/atmosphere.rb", "INSTALL_RECEIPT.json", "LICENSE", "README.md"];
      assertEquals(poured, [...await filesBelow(prefix), ...added].sort());

      const kept = await Deno.readTextFile(join(keg, ".brew", "atmosphere.rb"));
      assertEquals(kept, filled.replace(/ {2}bottle do[\s\S]*?\n {2}end\n\n/, ""));
      const receipt = JSON.parse(await Deno.readTextFile(join(keg, "INSTALL_RECEIPT.json")));
      assertEquals([receipt.built_as_bottle, receipt.poured_from_bottle], [true, false]);
      assertEquals([receipt.arch, receipt.built_on.os], ["x86_64", "Linux"]);

      const options = { folder: kegs, entry: `atmosphere/${version}`, timeS: 1_000_000_000 };
      const [one, two] = [join(folder, "one.tar.gz"), join(folder, "two.tar.gz")];
      await writeTarball(one, options);
      await writeTarball(two, options);
      assertEquals(await Deno.readFile(one), await Deno.readFile(two));
      const { stdout } = await finish("tar", { args: ["-tzf", one] });
      assertEquals(stdout.split("\n")[0], `atmosphere/${version}/`);
    }),
});

Deno.test({
  name: "the formula keeps Homebrew's style",
  ignore: !await isInstalled("rubocop"),
  async fn() {
    const config = fromFileUrl(new URL("./rubocop.yml", import.meta.url));
    const { code, stdout } = await finish("rubocop", {
      args: ["--config", config, "--cache", "false", formulaPath],
    });
    assertEquals([code, code === 0 ? "" : stdout], [0, ""]);
  },
});
