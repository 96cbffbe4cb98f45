import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fromFileUrl } from "../support/paths.ts";
import { makeArchive, type ReleaseServer, startReleaseServer } from "./release_server.ts";
import { finish, type Finished, isInstalled } from "./tools.ts";

const script = fromFileUrl(new URL("../../install.sh", import.meta.url));
const target = Deno.build.target;
const ignore = !["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"].includes(target);
const shells = [["dash"], ["bash"], ["posh"], ["mksh"], ["yash"], ["zsh"], ["busybox", "sh"]];

interface Home extends AsyncDisposable {
  readonly path: string;
  readonly binary: string;
}

async function makeHome(): Promise<Home> {
  const path = await Deno.makeTempDir({ prefix: "atmosphere-home-" });
  return {
    path,
    binary: join(path, ".local", "bin", "atmosphere"),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

interface InstallOptions {
  readonly server?: ReleaseServer;
  readonly shell?: readonly string[];
  readonly script?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function install(home: Home, args: string[], options: InstallOptions = {}): Promise<Finished> {
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

/** Every file below the home. */
async function filesOf(home: Home): Promise<string[]> {
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

for (const shell of shells) {
  Deno.test({
    name: `install.sh installs, upgrades and uninstalls under ${shell[0]}`,
    ignore: ignore || !await isInstalled(shell[0]!),
    async fn() {
      await using server = await startReleaseServer(target);
      await using home = await makeHome();
      await Deno.mkdir(join(home.path, ".atmosphere"));
      await Deno.writeTextFile(join(home.path, ".atmosphere", "token"), "kept");
      await Deno.writeTextFile(join(home.path, ".bashrc"), "# mine\n");
      for (let round = 0; round < 2; round++) {
        const { code, stdout, stderr } = await install(home, [], { server, shell });
        assertEquals([code, stderr], [0, ""]);
        assertStringIncludes(stdout, "Installed atmosphere 9.9.9");
      }
      assertEquals((await finish(home.binary)).stdout, "atmosphere 9.9.9\n");
      assertEquals(
        await Deno.readTextFile(join(home.path, ".bashrc")),
        `# mine\nexport PATH='${home.path}/.local/bin':"$PATH" # atmosphere\n`,
      );
      await Deno.copyFile(home.binary, `${home.binary}.previous`);
      const removed = await install(home, ["--uninstall"], { shell });
      assertEquals([removed.code, removed.stderr], [0, ""]);
      assertEquals(await Deno.readTextFile(join(home.path, ".bashrc")), "# mine\n");
      assertEquals(await filesOf(home), [".atmosphere/token", ".bashrc"]);
    },
  });
}

Deno.test({
  name: "install.sh leaves an older executable alone and nothing half-installed, whatever fails",
  ignore,
  async fn() {
    await using server = await startReleaseServer(target);
    await using home = await makeHome();
    assertEquals((await install(home, ["--no-modify-path"], { server })).code, 0);
    const before = await Deno.readTextFile(home.binary);
    const { byteLength } = server.smaller ?? server.archive;
    const lengths = Array.from({ length: 8 }, (_, i) => Math.floor(byteLength * i / 8));
    const faults = [
      ...lengths.map((shortenTo) => ({ shortenTo })),
      { shortenTo: byteLength - 1 },
      { cutAt: 0 },
      { cutAt: byteLength >> 1 },
      { wrongChecksum: true },
      { checksums: "" },
      { checksums: `${"0".repeat(64)}  another.tar.gz\n` },
      { checksums: "<html>sign in</html>\n" },
      { checksums: `0123  atmosphere-${target}.tar.gz\n` },
      { missing: "checksums.txt" },
      { missing: ".tar." },
      { stalls: true },
    ];
    for (const fault of faults) {
      server.faults = fault;
      const { code, stderr } = await install(home, [], { server });
      assertEquals([fault, code], [fault, 1]);
      assertMatch(stderr, /install\.sh: /);
      assertEquals(await filesOf(home), [".local/bin/atmosphere"]);
      assertEquals(await Deno.readTextFile(home.binary), before);
    }
  },
});

Deno.test({
  name: "install.sh that was itself cut short does nothing",
  ignore,
  async fn() {
    await using server = await startReleaseServer(target);
    await using home = await makeHome();
    const text = await Deno.readTextFile(script);
    const cut = join(home.path, "cut.sh");
    // Every place of the last lines, where the functions run, and samples of the rest.
    const places = [
      ...Array.from({ length: 30 }, (_, i) => text.length - 2 - i),
      ...Array.from({ length: 30 }, (_, i) => Math.floor(text.length * i / 30)),
    ];
    for (const length of places) {
      await Deno.writeTextFile(cut, text.slice(0, length));
      await install(home, [], { server, script: cut });
      assertEquals([length, await filesOf(home)], [length, ["cut.sh"]]);
    }
    assertEquals(server.asked, []);
  },
});

Deno.test({
  name: "install.sh takes a version, a folder with odd characters, and follows redirects",
  ignore,
  async fn() {
    await using server = await startReleaseServer(target);
    await using home = await makeHome();
    server.faults = { redirects: true };
    const dir = join(home.path, "it's $HOME", "bin");
    const { code, stderr } = await install(home, ["--version", "v1.2.3", "--dir", dir], { server });
    assertEquals([code, stderr], [0, ""]);
    assert(server.asked.includes("/moved/download/v1.2.3/checksums.txt"));
    const which = await finish("bash", {
      args: ["-c", '. "$HOME/.bashrc"; command -v atmosphere'],
      env: { HOME: home.path },
    });
    assertEquals(which.stdout, `${dir}/atmosphere\n`);
  },
});

Deno.test({
  name: "install.sh installs from a file, checked by the checksums beside it",
  ignore,
  async fn() {
    await using home = await makeHome();
    const archive = join(home.path, "given.tar.gz");
    const bytes = await makeArchive("atmosphere 1.0.0");
    await Deno.writeFile(archive, bytes);
    const args = ["--offline", archive, "--no-modify-path"];
    assertStringIncludes((await install(home, args)).stderr, "there is no checksums.txt beside");
    const sum = (await finish("sha256sum", { args: [archive] })).stdout.slice(0, 64);
    const sums = join(home.path, "checksums.txt");
    await Deno.writeTextFile(sums, `${sum}  given.tar.gz\n`);
    assertEquals((await install(home, args)).code, 0);
    assertEquals((await finish(home.binary)).stdout, "atmosphere 1.0.0\n");
  },
});

Deno.test({
  name: "install.sh takes the smaller archive where xz is and the release has it, else the other",
  ignore: ignore || !await isInstalled("xz"),
  async fn() {
    const archives = (server: ReleaseServer) =>
      server.asked.filter((path) => path.includes(".tar.")).map((path) => path.split(".").at(-1));
    await using server = await startReleaseServer(target);
    await using home = await makeHome();
    assertEquals((await install(home, ["--no-modify-path"], { server })).code, 0);
    assertEquals(archives(server), ["xz"]);

    // Every command that is there, but for xz.
    const tools = join(home.path, "tools");
    await Deno.mkdir(tools);
    for (const folder of (Deno.env.get("PATH") ?? "").split(":").toReversed()) {
      for (const { name } of await Array.fromAsync(Deno.readDir(folder)).catch(() => [])) {
        await Deno.remove(join(tools, name)).catch(() => {});
        if (name !== "xz") await Deno.symlink(join(folder, name), join(tools, name));
      }
    }
    const env = { PATH: tools };
    assertEquals((await install(home, ["--no-modify-path"], { server, env })).code, 0);
    assertEquals(archives(server), ["xz", "gz"]);

    const sums = await (await fetch(`${server.url}/latest/download/checksums.txt`)).text();
    const line = sums.split("\n").find((text) => text.endsWith(".tar.gz"));
    server.faults = { checksums: `${line}\n` };
    assertEquals((await install(home, ["--no-modify-path"], { server })).code, 0);
    assertEquals(archives(server), ["xz", "gz", "gz"]);
    assertEquals((await finish(home.binary)).stdout, "atmosphere 9.9.9\n");
  },
});

Deno.test({
  name: "install.sh says plainly where there is no executable for the machine",
  ignore,
  async fn() {
    await using home = await makeHome();
    const fakes = join(home.path, "fakes");
    await Deno.mkdir(fakes);
    const fake = (name: string, body: string) =>
      Deno.writeTextFile(join(fakes, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    const env = { PATH: `${fakes}:${Deno.env.get("PATH")}` };
    const failure = async () => {
      const { code, stderr } = await install(home, ["--dry-run"], { env });
      assertEquals(code, 1);
      return stderr;
    };
    await fake("getconf", "echo glibc 2.27");
    assertStringIncludes(await failure(), "this system has glibc 2.27; the executable needs 2.28");
    await fake("getconf", "exit 1");
    await fake("ldd", "echo 'musl libc (x86_64)' >&2; exit 1");
    assertStringIncludes(await failure(), "this system has musl");
    await fake("uname", 'case "$1" in -s) echo Linux ;; *) echo riscv64 ;; esac');
    assertStringIncludes(await failure(), "no executable for Linux on riscv64");
    await fake("uname", 'case "$1" in -s) echo Darwin ;; *) echo x86_64 ;; esac');
    // A shell under Rosetta says x86_64 on an Apple processor.
    for (const [isApple, machine] of [["0", "x86_64"], ["1", "aarch64"]]) {
      await fake("sysctl", `echo ${isApple}`);
      const { stdout } = await install(home, ["--dry-run"], { env });
      assertStringIncludes(stdout, `/atmosphere-${machine}-apple-darwin.tar.`);
    }
    await fake("uname", "echo FreeBSD");
    assertStringIncludes(await failure(), "no executable for FreeBSD");
  },
});

Deno.test({
  name: "install.sh does nothing in a dry run, and refuses what it does not understand",
  ignore,
  async fn() {
    await using home = await makeHome();
    const dry = await install(home, ["--dry-run"]);
    assertEquals([dry.code, await filesOf(home)], [0, []]);
    assertStringIncludes(dry.stdout, `/latest/download/atmosphere-${target}.tar.`);
    for (const args of [["--what"], ["--version"], ["--version", "../x"], ["--dir", ""]]) {
      const { code, stderr } = await install(home, args);
      assertEquals([args, code], [args, 2]);
      assertStringIncludes(stderr, "Usage: install.sh");
    }
  },
});

Deno.test({
  name: "install.sh satisfies shellcheck and checkbashisms",
  ignore: !await isInstalled("shellcheck") || !await isInstalled("checkbashisms"),
  async fn() {
    for (const [tool, args] of [["shellcheck", ["-s", "sh"]], ["checkbashisms", []]] as const) {
      const { stdout, stderr } = await finish(tool, { args: [...args, script] });
      assertEquals(stdout + stderr, "");
    }
  },
});
