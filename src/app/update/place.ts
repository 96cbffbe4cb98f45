/**
 * Where the running program lies, and whether it is this program's to replace.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { AtmosphereError } from "../../core/errors.ts";

/** Whoever put the program where it is, and how to update it there. */
export interface Owner {
  /** For people, after "is kept by". */
  readonly name: string;
  /** What to do instead, one sentence. */
  readonly instead: string;
}

/** The program that would be replaced. */
export interface Place {
  /** Real path of the executable; undefined when the program runs from source or from a registry. */
  readonly executable: string | undefined;
  /** Who else keeps it; undefined when it may be replaced. */
  readonly owner: Owner | undefined;
}

/** What {@linkcode findPlace} looks at; tests name other ones. */
export interface PlaceOptions {
  /** Whether the program is an executable of its own. @default that of this process */
  readonly standalone?: boolean;
  /** Path of the executable. @default that of this process */
  readonly executable?: string;
  /** URL of one of the program's modules. @default that of this one */
  readonly module?: string;
  /** The user's home directory, where nobody else keeps anything. */
  readonly home?: string | undefined;
  /** Root of the file system. @default "/" */
  readonly root?: string;
}

/** Finds the executable and its owner. */
export async function findPlace(options: PlaceOptions = {}): Promise<Place> {
  if (!(options.standalone ?? Deno.build.standalone)) {
    return { executable: undefined, owner: sourceOwner(options.module ?? import.meta.url) };
  }
  const executable = await Deno.realPath(options.executable ?? Deno.execPath());
  return { executable, owner: await ownerOf(executable, options) };
}

/** The executable of `place`. Throws `forbidden` when somebody else keeps it, and says how they update. */
export function ownExecutable({ executable, owner }: Place): string {
  if (executable !== undefined && owner === undefined) return executable;
  const what = executable ?? "The program";
  throw new AtmosphereError("forbidden", `${what} is kept by ${owner?.name ?? "somebody else"}`, {
    hint: owner?.instead ?? "Install an executable with install.sh to have it updated from inside",
  });
}

function sourceOwner(module: string): Owner {
  return module.startsWith("file:")
    ? { name: "its source folder", instead: "Bring it up to date with: git pull" }
    : {
      name: "Deno's cache",
      instead: "Take the newest with: deno run --reload jsr:@atmosphere/cli",
    };
}

async function ownerOf(
  executable: string,
  { root = "/", home }: PlaceOptions,
): Promise<Owner | undefined> {
  const path = executable.replaceAll("\\", "/");
  if (path.includes("/Cellar/")) {
    return { name: "Homebrew", instead: "Update it with: brew upgrade atmosphere" };
  }
  if (path.startsWith("/nix/store/")) {
    return { name: "Nix", instead: "Update it with: nix profile upgrade atmosphere" };
  }
  if (await isListedByDpkg(executable, root)) {
    return {
      name: "the Debian package",
      instead: "Install the newer package: sudo apt install ./atmosphere_VERSION_amd64.deb",
    };
  }
  if (/^\/(usr\/)?s?bin\//.test(path)) {
    return {
      name: `the system, in ${dirname(executable)}`,
      instead: "Update it with the package manager that installed it",
    };
  }
  const isAtHome = home !== undefined && home !== "" && home !== "/" &&
    path.startsWith(`${home.replaceAll("\\", "/").replace(/\/$/, "")}/`);
  if (!isAtHome && await isContainer(root)) {
    return {
      name: "its container image",
      instead: "Pull the newer image and start a new container",
    };
  }
  return undefined;
}

/** Whether the list of files of the package named as the program has this one. */
async function isListedByDpkg(executable: string, root: string): Promise<boolean> {
  const folder = join(root, "var/lib/dpkg/info");
  const names = [".list", `:${debianArchitecture()}.list`];
  for (const name of names) {
    const list = await readText(join(folder, `atmosphere${name}`));
    const files = list.split("\n").filter((line) => basename(line) === basename(executable));
    // Folders of the list may be links, such as /bin.
    for (const file of files) if (await realPath(file) === executable) return true;
  }
  return false;
}

function debianArchitecture(): string {
  return Deno.build.arch === "aarch64" ? "arm64" : "amd64";
}

async function isContainer(root: string): Promise<boolean> {
  for (const mark of [".dockerenv", "run/.containerenv"]) {
    if (await realPath(join(root, mark)) !== undefined) return true;
  }
  return false;
}

async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}

async function realPath(path: string): Promise<string | undefined> {
  return await Deno.realPath(path).catch(() => undefined);
}
