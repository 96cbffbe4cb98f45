/** `update` of the executable itself, against a server of releases with faults. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type ReleaseServer, startReleaseServer } from "../packaging/release_server.ts";
import { finish, type Finished, isInstalled } from "../packaging/tools.ts";

const binary = Deno.env.get("ATMOSPHERE_BINARY");
const target = Deno.build.target;
const ignore = binary === undefined || Deno.build.os === "windows";

/** A folder of a user's with a copy of the executable, and data. */
async function makeHome() {
  const home = await Deno.makeTempDir({ prefix: "atmosphere-update-" });
  const folder = join(home, "bin");
  const executable = join(folder, "atmosphere");
  const data = join(home, ".atmosphere");
  await Deno.mkdir(folder);
  await Deno.mkdir(data);
  await Deno.writeTextFile(join(data, "token"), "kept");
  await Deno.copyFile(binary!, executable);
  const env = {
    HOME: home,
    PATH: "/usr/bin:/bin",
    NO_COLOR: "1",
  };
  return {
    home,
    executable,
    env,
    run: (args: string[], server?: ReleaseServer): Promise<Finished> =>
      finish(executable, {
        args,
        clearEnv: true,
        env: {
          ...env,
          // A busy machine is silent for seconds too.
          ATMOSPHERE_STALL_SECONDS: server?.faults.stalls ? "2" : "30",
          ...(server === undefined ? {} : { ATMOSPHERE_RELEASES_URL: server.url }),
        },
      }),
    names: () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

Deno.test({
  name: "update brings a newer executable, which runs, keeps data, and can be undone",
  ignore,
  async fn() {
    await using server = await startReleaseServer(target, binary);
    await using home = await makeHome();
    const before = await Deno.stat(home.executable);
    const { latest, newer } = JSON.parse(
      (await home.run(["update", "--check", "--json"], server)).stdout,
    );
    assertEquals([latest, newer], ["9.9.9", true]);
    const dry = await home.run(["update", "--dry-run"], server);
    assertMatch(dry.stdout, /^Would update .*bin\/atmosphere from \d.* to 9\.9\.9\n$/);
    assertEquals(home.names(), ["atmosphere"]);

    server.faults = { redirects: true };
    const done = await home.run(["update"], server);
    assertEquals(done.code, 0, done.stderr);
    assertMatch(done.stdout, /^Updated .*bin\/atmosphere from \d.* to 9\.9\.9\n$/);
    assertStringIncludes(done.stderr, "go back with: atmosphere update --undo");
    assertEquals(home.names(), ["atmosphere", "atmosphere.previous"]);
    const after = await Deno.stat(home.executable);
    assertEquals([after.size, after.mode! & 0o777], [before.size, 0o755]);
    assertEquals(after.ino === before.ino, false);
    assertEquals((await home.run(["--version"])).code, 0);

    const undone = await home.run(["update", "--undo"]);
    assertEquals(undone.code, 0, undone.stderr);
    assertEquals((await Deno.stat(home.executable)).ino, before.ino);
    assertEquals(home.names(), ["atmosphere", "atmosphere.previous"]);
    assertEquals(await Deno.readTextFile(join(home.home, ".atmosphere", "token")), "kept");
    assertEquals((await home.run(["update", "1.2.3"], server)).code, 1);
    assertEquals((await home.run(["update", "9.9.9", "--json"], server)).code, 0);
  },
});

Deno.test({
  name: "update leaves the executable alone and nothing half-installed, whatever fails",
  ignore,
  async fn() {
    await using server = await startReleaseServer(target);
    await using home = await makeHome();
    const before = await Deno.stat(home.executable);
    const { byteLength } = server.archive;
    const faults = [
      { shortenTo: 0 },
      { shortenTo: byteLength >> 1 },
      { shortenTo: byteLength - 1 },
      { cutAt: 0 },
      { cutAt: byteLength >> 1 },
      { wrongChecksum: true },
      { checksums: "" },
      { checksums: "<html>sign in</html>\n" },
      { missing: "checksums.txt" },
      { missing: ".cdx.json" },
      { missing: ".tar.gz" },
      { stalls: true },
    ];
    for (const fault of faults) {
      server.faults = fault;
      const { code, stdout, stderr } = await home.run(["update"], server);
      assertEquals([fault, code, stdout], [fault, 1, ""]);
      assertMatch(stderr, /^error: /);
      assertEquals(home.names(), ["atmosphere"]);
      assertEquals((await Deno.stat(home.executable)).ino, before.ino);
    }
    const none = await home.run(["update", "--undo"]);
    assertEquals(none.code, 3);
    const nowhere = await home.run(["update", "--releases", "http://releases.invalid/x"]);
    assertStringIncludes(nowhere.stderr, "the connection would not be protected");
  },
});

Deno.test({
  name: "update says when there is no space, and nothing remains",
  ignore: ignore || Deno.uid() !== 0 || !await isInstalled("unshare"),
  async fn() {
    await using server = await startReleaseServer(target, binary);
    await using home = await makeHome();
    // Room for the executable that is there and a part of the archive.
    const room = (await Deno.stat(binary!)).size + 20_000_000;
    const { code, stdout, stderr } = await finish("unshare", {
      args: [
        "-m",
        "sh",
        "-ec",
        'mkdir "$HOME/full"; mount -t tmpfs -o size=$1 tmpfs "$HOME/full"; cp "$2" "$HOME/full/"; ' +
        'code=0; "$HOME/full/atmosphere" update || code=$?; ls -A "$HOME/full"; exit $code',
        "sh",
        String(room),
        home.executable,
      ],
      env: { ...home.env, ATMOSPHERE_RELEASES_URL: server.url },
    });
    assertEquals([code, stdout], [1, "atmosphere\n"], stderr);
    assertStringIncludes(stderr, "There is no space left in");
  },
});
