/** A Debian system made of Debian's packages, booted by systemd-nspawn. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fromFileUrl } from "../../support/paths.ts";
import { finish, type Finished } from "../tools.ts";

const cache = fromFileUrl(new URL("../../../.cache/packaging/", import.meta.url));
const suite = "bookworm";
const mirror = "http://deb.debian.org/debian";
/** What a small server has, and what the package depends on. */
const packages = [
  "adduser",
  "curl",
  "dbus",
  "init-system-helpers",
  "libstdc++6",
  "man-db",
  "procps",
  "systemd",
  "systemd-sysv",
];
const bootTimeoutMs = 120_000;

/** Runs a program to its end; throws with what it printed when it fails. */
export async function succeed(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await finish(command, { args: [...args] });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} (${code}): ${stdout}${stderr}`);
  return stdout;
}

/** The archive of a root file system; making it takes minutes, so that it is kept. */
export async function debianRoot(name: "minimal" | "server"): Promise<string> {
  const archive = join(cache, `${suite}-${name}.tar.gz`);
  if ((await Deno.stat(archive).catch(() => undefined)) !== undefined) return archive;
  await Deno.mkdir(cache, { recursive: true });
  const include = name === "server" ? [`--include=${packages.join(",")}`] : [];
  const half = `${archive}.half.tar.gz`;
  await succeed("mmdebstrap", ["--quiet", "--variant=minbase", ...include, suite, half, mirror]);
  await Deno.rename(half, archive);
  return archive;
}

/** A booted system; dispose it to power it off and remove it. */
export class DebianMachine implements AsyncDisposable {
  /** Its root file system, as seen from outside. */
  readonly root: string;
  readonly #container: Deno.ChildProcess;
  readonly #leader: number;

  private constructor(root: string, container: Deno.ChildProcess, leader: number) {
    this.root = root;
    this.#container = container;
    this.#leader = leader;
  }

  /** Unpacks and boots a system without a network. Throws when it does not get up. */
  static async boot(): Promise<DebianMachine> {
    const root = await Deno.makeTempDir({ prefix: "atmosphere-machine-" });
    await succeed("tar", ["-C", root, "-xf", await debianRoot("server")]);
    // Neither the host's service manager nor its bus is needed, and there may be none.
    const container = new Deno.Command("systemd-nspawn", {
      args: [
        "--quiet",
        `--directory=${root}`,
        "--register=no",
        "--keep-unit",
        "--private-network",
        "--console=pipe",
        "--kill-signal=SIGRTMIN+3",
        "--boot",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const deadline = Date.now() + bootTimeoutMs;
    for (;;) {
      const { stdout } = await finish("pgrep", { args: ["-P", String(container.pid)] });
      const leader = Number(stdout.trim());
      if (leader > 0) {
        const machine = new DebianMachine(root, container, leader);
        const state = await machine.try("systemctl is-system-running");
        if (state.stdout.trim() === "running") return machine;
      }
      if (Date.now() > deadline) {
        container.kill("SIGKILL");
        await container.status;
        await Deno.remove(root, { recursive: true });
        throw new Error(`The system is not up after ${bootTimeoutMs} ms`);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Runs a line of shell inside, as root. */
  try(line: string): Promise<Finished> {
    const enter = ["-t", String(this.#leader), ..."-m -u -i -n -p -C -r -w".split(" ")];
    const env = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"];
    return finish("nsenter", { args: [...enter, ...env, "sh", "-c", line] });
  }

  /** Runs a line of shell inside; resolves to what it printed, throws when it fails. */
  async run(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.try(line);
    assertEquals([code, code === 0 ? "" : `${line}: ${stdout}${stderr}`], [0, ""]);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#container.kill("SIGTERM");
    await this.#container.status;
    await Deno.remove(this.root, { recursive: true });
  }
}
