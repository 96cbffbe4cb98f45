/**
 * Homebrew bottles: what `brew install` would lay out from an archive, packed as `brew bottle`
 * packs it, so that pouring it runs nothing on the user's machine.
 */
import { dirname, join } from "node:path";
import type { Target } from "../build/targets.ts";

/**
 * Homebrew's tags by target. A bottle of one macOS is poured on later ones too; on earlier ones
 * the formula installs from the archive.
 */
const tags: ReadonlyMap<string, string> = new Map([
  ["aarch64-apple-darwin", "arm64_sonoma"],
  ["x86_64-apple-darwin", "sonoma"],
  ["aarch64-unknown-linux-gnu", "arm64_linux"],
  ["x86_64-unknown-linux-gnu", "x86_64_linux"],
]);

/** The tag of `target`; undefined for a system that Homebrew does not run on. */
export function bottleTag(target: Target): string | undefined {
  return tags.get(target.triple);
}

/** Name of a bottle's file, as Homebrew asks for it below `root_url`. */
export function bottleName(version: string, tag: string): string {
  return `atmosphere-${version}.${tag}.bottle.tar.gz`;
}

/** What {@linkcode layOutKeg} needs. */
export interface KegOptions {
  readonly target: Target;
  readonly version: string;
  /** Time of the receipt, in seconds. */
  readonly timeS: number;
  /** Text of the formula with its version and the archives' checksums. */
  readonly formula: string;
}

/** Lays the content of an archive, in the folder `from`, out below `to/atmosphere/VERSION`. */
export async function layOutKeg(from: string, to: string, options: KegOptions): Promise<void> {
  const keg = join(to, "atmosphere", options.version);
  const copy = async (source: string, path: string) => {
    await Deno.mkdir(dirname(join(keg, path)), { recursive: true });
    await Deno.copyFile(join(from, source), join(keg, path));
  };
  await copy("atmosphere", "bin/atmosphere");
  await Deno.chmod(join(keg, "bin/atmosphere"), 0o755);
  for (const name of ["LICENSE", "NOTICES.txt", "README.md"]) await copy(name, name);
  await copy("completions/atmosphere.bash", "etc/bash_completion.d/atmosphere");
  await copy("completions/atmosphere.fish", "share/fish/vendor_completions.d/atmosphere.fish");
  await copy("completions/_atmosphere", "share/zsh/site-functions/_atmosphere");
  await copy("completions/atmosphere.ps1", "share/pwsh/completions/_atmosphere.ps1");
  for await (const { name } of Deno.readDir(join(from, "man"))) {
    await copy(`man/${name}`, `share/man/man1/${name}`);
  }
  await Deno.mkdir(join(keg, ".brew"));
  await Deno.writeTextFile(
    join(keg, ".brew", "atmosphere.rb"),
    // A bottle can't name its own checksum.
    options.formula.replace(/^ {2}bottle do\n(?: {4}.*\n)* {2}end\n\n/m, ""),
  );
  await Deno.writeTextFile(join(keg, "INSTALL_RECEIPT.json"), receipt(options));
}

/** What Homebrew reads about how a bottle was made; it fills in the rest as it pours it. */
function receipt({ target, version, timeS }: KegOptions): string {
  const document = {
    homebrew_version: null,
    used_options: [],
    unused_options: [],
    built_as_bottle: true,
    poured_from_bottle: false,
    loaded_from_api: false,
    installed_as_dependency: false,
    installed_on_request: false,
    changed_files: [],
    time: timeS,
    source_modified_time: timeS,
    compiler: "clang",
    aliases: [],
    runtime_dependencies: [],
    source: {
      spec: "stable",
      versions: { stable: version, head: null, version_scheme: 0 },
    },
    arch: target.cpu === "arm64" ? "arm64" : "x86_64",
    built_on: { os: target.os === "darwin" ? "Macintosh" : "Linux" },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
