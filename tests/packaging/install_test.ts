import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { filesOf, install, makeHome, script } from "./install_home.ts";
import { makeArchive, type ReleaseServer, startReleaseServer } from "./release_server.ts";
import { finish, isInstalled } from "./tools.ts";

const target = Deno.build.target;
const ignore = !["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"].includes(target);
const shells = [["dash"], ["bash"], ["posh"], ["mksh"], ["yash"], ["zsh"], ["busybox", "sh"]];

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
      // What the executable unpacks at its first use.
      await Deno.mkdir(join(home.path, ".cache", "atmosphere", "model-0"), { recursive: true });
      await Deno.writeTextFile(join(home.path, ".cache", "atmosphere", "model-0", "a"), "weights");
      await Deno.writeTextFile(join(home.path, ".cache", "another's"), "kept");
      const removed = await install(home, ["--uninstall"], { shell });
      assertEquals([removed.code, removed.stderr], [0, ""]);
      assertEquals(await Deno.readTextFile(join(home.path, ".bashrc")), "# mine\n");
      assertEquals(await filesOf(home), [".atmosphere/token", ".bashrc", ".cache/another's"]);
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
  name: "install.sh lets no redirect lead from a protected connection to another",
  ignore,
  async fn() {
    await using home = await makeHome();
    const fakes = join(home.path, "fakes");
    await Deno.mkdir(fakes);
    const seen = join(home.path, "seen");
    await Deno.writeTextFile(join(fakes, "curl"), `#!/bin/sh\necho "$*" >"${seen}"\nexit 1\n`, {
      mode: 0o755,
    });
    const env = { PATH: `${fakes}:${Deno.env.get("PATH")}` };
    await install(home, [], { env });
    assertMatch(await Deno.readTextFile(seen), /^--proto =https .* https:\/\/github\.com\//);
    await Deno.remove(seen);
    const mirror = { ...env, ATMOSPHERE_RELEASES_URL: "http://mirror.example" };
    const { code, stderr } = await install(home, [], { env: mirror });
    assertEquals(code, 1);
    assertStringIncludes(stderr, "refusing to download over an unprotected connection: http://");
    assertEquals((await filesOf(home)).includes("seen"), false);
  },
});

Deno.test({
  name: "install.sh says when the shell finds another atmosphere first",
  ignore,
  async fn() {
    await using server = await startReleaseServer(target);
    await using home = await makeHome();
    const other = join(home.path, "other");
    await Deno.mkdir(other);
    await Deno.writeTextFile(join(other, "atmosphere"), "#!/bin/sh\n", { mode: 0o755 });
    const mine = join(home.path, ".local", "bin");
    const rest = Deno.env.get("PATH");
    const printed = async (PATH: string) => {
      const { code, stdout, stderr } = await install(home, [], { server, env: { PATH } });
      assertEquals([code, stderr], [0, ""]);
      return stdout;
    };
    assertStringIncludes(
      await printed(`${other}:${mine}:${rest}`),
      `Beware: your shell finds ${other}/atmosphere first`,
    );
    assertEquals((await printed(`${mine}:${other}:${rest}`)).includes("Beware"), false);
    assertEquals((await printed(`${other}:${rest}`)).includes("Beware"), false);
  },
});

Deno.test({
  name: "install.sh writes to the start-up file that the shell reads, of macOS too",
  ignore,
  async fn() {
    await using home = await makeHome();
    const fakes = join(home.path, "fakes");
    await Deno.mkdir(fakes);
    const PATH = `${fakes}:${Deno.env.get("PATH")}`;
    for (
      const [system, shell, profile, cache] of [
        ["Linux", "bash", ".bashrc", ".cache"],
        ["Darwin", "bash", ".bash_profile", "Library/Caches"],
        ["Darwin", "zsh", ".zshrc", "Library/Caches"],
        ["Linux", "fish", ".config/fish/conf.d/atmosphere.fish", ".cache"],
        ["Linux", "dash", ".profile", ".cache"],
      ] as const
    ) {
      await Deno.writeTextFile(join(fakes, "uname"), `#!/bin/sh\necho ${system}\n`, {
        mode: 0o755,
      });
      const env = { PATH, SHELL: `/bin/${shell}` };
      const { stdout } = await install(home, ["--uninstall", "--dry-run"], { env });
      assertEquals(
        stdout,
        `Would remove ${home.binary}, ${home.path}/${cache}/atmosphere, ` +
          `and the line in ${home.path}/${profile}\n`,
      );
    }
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
