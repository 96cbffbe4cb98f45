/**
 * Builds the Debian package of an executable in dist/, into dist/.
 *
 *   deno task build:deb [--target TRIPLE]
 *
 * Needs dpkg-deb and gzip.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli/parse-args";
import { version } from "../src/core/version.ts";
import { hostTarget, type Target, targetNamed } from "./build/targets.ts";
import { releaseTimeS } from "./release/date.ts";
import { completionScripts, manPages } from "./release/extras.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const sources = join(root, "dist-scripts", "deb");
const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
const maintainer = "The Atmosphere authors <atmosphere@users.noreply.github.com>";

async function write(path: string, text: string, mode = 0o644): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true, mode: 0o755 });
  await Deno.writeTextFile(path, text);
  await Deno.chmod(path, mode);
}

async function writeGzipped(path: string, text: string): Promise<void> {
  await write(path, text);
  await run("gzip", ["-9n", path]);
}

async function run(command: string, args: string[], env: Record<string, string> = {}) {
  const { success, stderr } = await new Deno.Command(command, { args, env, stderr: "piped" })
    .output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr)}`);
}

/** Lays the package's files out in `tree`; resolves to their size in KiB. */
async function layOut(tree: string, target: Target, timeS: number): Promise<number> {
  const executable = join(tree, "usr/bin/atmosphere");
  await Deno.mkdir(join(executable, ".."), { recursive: true });
  await Deno.copyFile(join(root, "dist", target.file), executable);
  await Deno.chmod(executable, 0o755);
  const read = (name: string) => Deno.readTextFile(join(sources, name));
  await write(
    join(tree, "usr/lib/systemd/system/atmosphere.service"),
    await read("atmosphere.service"),
  );
  const doc = join(tree, "usr/share/doc/atmosphere");
  await write(join(doc, "examples/gpu.conf"), await read("gpu.conf"));
  await write(join(doc, "README.Debian"), await read("README.Debian"));
  await write(
    join(tree, "usr/share/lintian/overrides/atmosphere"),
    await read("lintian-overrides"),
  );
  const share = join(tree, "usr/share");
  const scripts = completionScripts();
  await write(join(share, "bash-completion/completions/atmosphere"), scripts.bash);
  await write(join(share, "fish/vendor_completions.d/atmosphere.fish"), scripts.fish);
  await write(join(share, "zsh/vendor-completions/_atmosphere"), scripts.zsh);
  for (const { file, text } of manPages(timeS)) {
    await writeGzipped(join(share, "man/man1", file), text);
  }
  const notices = await Deno.readTextFile(
    join(root, ".cache", "build", target.triple, "stage", "NOTICES.txt"),
  );
  await write(join(doc, "copyright"), copyright(await Deno.readTextFile(join(root, "LICENSE"))));
  await writeGzipped(join(doc, "NOTICES"), notices);
  const stamp = new Date(timeS * 1000).toUTCString().replace("GMT", "+0000");
  await writeGzipped(
    join(doc, "changelog"),
    `atmosphere (${version}) stable; urgency=medium\n\n` +
      `  * See https://github.com/atmosphere/atmosphere/releases/tag/v${version}\n\n` +
      ` -- ${maintainer}  ${stamp}\n`,
  );
  const { stdout } = await new Deno.Command("du", { args: ["-sk", "--apparent-size", tree] })
    .output();
  return parseInt(new TextDecoder().decode(stdout));
}

/** The sums that `debsums` and `dpkg --verify` hold the installed files against. */
async function md5sums(tree: string, folder = ""): Promise<string[]> {
  const lines: string[] = [];
  for await (const entry of Deno.readDir(join(tree, folder))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) lines.push(...await md5sums(tree, path));
    else {
      const bytes = await Deno.readFile(join(tree, path));
      lines.push(`${createHash("md5").update(bytes).digest("hex")}  ${path}\n`);
    }
  }
  return lines.sort((a, b) => a.slice(32) < b.slice(32) ? -1 : 1);
}

function copyright(licence: string): string {
  const indented = licence.trim().split("\n").map((line) => line === "" ? " ." : ` ${line}`);
  return [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
    "Upstream-Name: Atmosphere",
    "Source: https://github.com/atmosphere/atmosphere",
    "Comment: The licences of the works that the executable is made of are in NOTICES.gz.",
    "",
    "Files: *",
    `Copyright: ${/Copyright \(c\) (.*)/i.exec(licence)?.[1] ?? "the Atmosphere authors"}`,
    "License: MIT",
    ...indented,
    "",
  ].join("\n");
}

async function buildDeb(target: Target): Promise<string> {
  const architecture = architectures[target.cpu];
  if (target.os !== "linux" || architecture === undefined) {
    throw new Error(`There is no Debian package for ${target.triple}`);
  }
  const timeS = await releaseTimeS();
  const tree = await Deno.makeTempDir();
  try {
    await Deno.chmod(tree, 0o755);
    const sizeKib = await layOut(tree, target, timeS);
    const sums = await md5sums(tree);
    const control = join(tree, "DEBIAN");
    await write(join(control, "md5sums"), sums.join(""));
    await write(
      join(control, "control"),
      [
        "Package: atmosphere",
        `Version: ${version}`,
        `Architecture: ${architecture}`,
        `Maintainer: ${maintainer}`,
        `Installed-Size: ${sizeKib}`,
        "Depends: adduser, init-system-helpers (>= 1.54~), libc6 (>= 2.28), libgcc-s1, libstdc++6",
        "Section: net",
        "Priority: optional",
        "Homepage: https://github.com/atmosphere/atmosphere",
        "Description: local front door to every AI capability you own",
        " Finds the model servers on this machine and the APIs that it is told of, and",
        " gives every program one endpoint that routes each request by meaning, cost and",
        " load. Carries an embedding model and a vector memory.",
        "",
      ].join("\n"),
    );
    for (const name of ["postinst", "prerm", "postrm"]) {
      await write(join(control, name), await Deno.readTextFile(join(sources, name)), 0o755);
    }
    const output = join(root, "dist", `atmosphere_${version}_${architecture}.deb`);
    // Level 9 would gain 0.7 % and take 65 MB of memory to install. With one thread the package is
    // the same bytes on every machine.
    const options = ["--root-owner-group", "-Zxz", "-z6", "--threads-max=1"];
    await run("dpkg-deb", [...options, "--build", tree, output], {
      SOURCE_DATE_EPOCH: String(timeS),
    });
    return output;
  } finally {
    await Deno.remove(tree, { recursive: true });
  }
}

const flags = parseArgs(Deno.args, { string: ["target"] });
console.log(
  await buildDeb(typeof flags.target === "string" ? targetNamed(flags.target) : hostTarget()),
);
