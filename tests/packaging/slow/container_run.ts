/** Runs a container image of buildah's store as an engine would, by crun and without a daemon. */
import { join } from "node:path";
import { finish, type Finished } from "../tools.ts";
import { succeed } from "./debian_machine.ts";

/** What an image says of itself, as far as it is run by it. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Volumes: Readonly<Record<string, unknown>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** The images of one test, in a folder of their own. */
export class ImageStore {
  readonly #options: readonly string[];
  readonly #reference: string;

  /** Does no I/O; the store is made in `folder` by the first command. */
  constructor(folder: string) {
    const [root, run] = [join(folder, "storage"), join(folder, "run")];
    this.#options = ["--root", root, "--runroot", run, "--storage-driver", "vfs"];
    this.#reference = `containers-storage:[vfs@${root}+${run}]`;
  }

  /** Runs buildah; resolves to what it printed, throws when it fails. */
  async buildah(...args: string[]): Promise<string> {
    return (await succeed("buildah", [...this.#options, ...args])).trim();
  }

  /** The configuration of the image `name`. */
  async config(name: string): Promise<ImageConfig> {
    const image = JSON.parse(await this.buildah("inspect", "--type", "image", name));
    return image.Docker.config;
  }

  /** The image `name` as a folder in OCI's layout; resolves to the size of its blobs in bytes. */
  async exportTo(folder: string, name: string): Promise<number> {
    await succeed("skopeo", [
      ...["copy", "--quiet", "--dest-compress-format=gzip", "--dest-compress-level=9"],
      ...[`${this.#reference}localhost/${name}:latest`, `oci:${folder}:latest`],
    ]);
    return parseInt(await succeed("du", ["--bytes", "--summarize", join(folder, "blobs")]));
  }
}

/** A running container; dispose it to kill it. */
export class Container implements AsyncDisposable {
  readonly #folder: string;
  readonly #user: string;
  readonly #child: Deno.ChildProcess;

  private constructor(folder: string, user: string, child: Deno.ChildProcess) {
    this.#folder = folder;
    this.#user = user;
    this.#child = child;
  }

  /** Starts the image's command on `root`, read-only, without capabilities and network. */
  static async start(
    folder: string,
    options: { root: string; data: string; config: ImageConfig; env: readonly string[] },
  ): Promise<Container> {
    const { root, data, config, env } = options;
    const [uid = 0, gid = 0] = config.User.split(":").map(Number);
    const tmpfs = (destination: string, ...more: string[]) => ({
      destination,
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", ...more],
    });
    const bundle = {
      ociVersion: "1.0.2",
      process: {
        user: { uid, gid },
        args: [...config.Entrypoint, ...config.Cmd],
        env: [...config.Env, ...env],
        cwd: "/",
        noNewPrivileges: true,
        capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
      },
      root: { path: root, readonly: true },
      hostname: "atmosphere",
      mounts: [
        { destination: "/proc", type: "proc", source: "proc" },
        tmpfs("/dev", "mode=755"),
        tmpfs("/tmp", "mode=1777", "size=64m"),
        // As in compose.yaml.
        tmpfs("/var/cache/atmosphere", "exec", "mode=1777", "size=128m"),
        { destination: "/var/lib/atmosphere", type: "bind", source: data, options: ["bind"] },
      ],
      linux: {
        namespaces: ["pid", "mount", "ipc", "uts", "network"].map((type) => ({ type })),
      },
    };
    await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(bundle));
    const child = new Deno.Command("unshare", {
      args: crun(folder, ["run", "--bundle", folder, "node"]),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return new Container(folder, config.User, child);
  }

  /** Runs the executable inside, as the image's user. */
  exec(...args: string[]): Promise<Finished> {
    const user = `--user=${this.#user}`;
    return finish("unshare", {
      args: crun(this.#folder, ["exec", user, "node", "/usr/bin/atmosphere", ...args]),
    });
  }

  /** The process that is number 1 inside, as seen from outside. */
  async pid(): Promise<number> {
    const state = await succeed("unshare", crun(this.#folder, ["state", "node"]));
    return JSON.parse(state).pid;
  }

  /** Sends SIGTERM to process 1; resolves to the exit code and how long it took. */
  async stop(): Promise<{ code: number; tookMs: number }> {
    const startMs = performance.now();
    Deno.kill(await this.pid(), "SIGTERM");
    const { code } = await this.#child.status;
    return { code, tookMs: performance.now() - startMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await finish("unshare", { args: crun(this.#folder, ["delete", "--force", "node"]) });
    await this.#child.status;
  }
}

/** Arguments of `unshare` for crun, which takes no mixture of the two versions of cgroups. */
function crun(folder: string, args: readonly string[]): string[] {
  const line = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec crun "$@"';
  const options = ["--root", join(folder, "state"), "--cgroup-manager=disabled"];
  return ["--mount", "sh", "-c", line, "sh", ...options, ...args];
}
