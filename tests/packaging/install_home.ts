/** `install.sh` run for a user who has nothing yet. */
import { join } from "node:path";
import { fromFileUrl } from "../support/paths.ts";
import type { ReleaseServer } from "./release_server.ts";
import { finish, type Finished } from "./tools.ts";

/** Path of the installer. */
export const script: string = fromFileUrl(new URL("../../install.sh", import.meta.url));

/** A user's empty home directory; dispose it to remove it. */
export interface Home extends AsyncDisposable {
  readonly path: string;
  /** Where the executable is installed without `--dir`. */
  readonly binary: string;
}

/** Makes one below the system's temporary folder. */
export async function makeHome(): Promise<Home> {
  const path = await Deno.makeTempDir({ prefix: "atmosphere-home-" });
  return {
    path,
    binary: join(path, ".local", "bin", "atmosphere"),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** How to run the installer. */
export interface InstallOptions {
  readonly server?: ReleaseServer;
  readonly shell?: readonly string[];
  readonly script?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the installer to its end, with nothing in its environment but what is needed. */
export function install(
  home: Home,
  args: string[],
  options: InstallOptions = {},
): Promise<Finished> {
  const [command = "sh", ...before] = options.shell ?? ["sh"];
  return finish(command, {
    args: [...before, options.script ?? script, ...args],
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: home.path,
      SHELL: "/bin/bash",
      TMPDIR: home.path,
      ATMOSPHERE_STALL_SECONDS: "2",
      ...(options.server === undefined ? {} : { ATMOSPHERE_RELEASES_URL: options.server.url }),
      ...options.env,
    },
  });
}

/** Paths of every file below the home, relative to it. */
export async function filesOf(home: Home): Promise<string[]> {
  const found: string[] = [];
  const folders = [home.path];
  for (const folder of folders) {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) folders.push(join(folder, name));
      else found.push(join(folder, name).slice(home.path.length + 1));
    }
  }
  return found.sort();
}
