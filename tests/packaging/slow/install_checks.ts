/** Every place where a download of the installer's can end. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { filesOf, install, makeHome, script } from "../install_home.ts";
import { startReleaseServer } from "../release_server.ts";
import { finish, isInstalled } from "../tools.ts";

const target = Deno.build.target;
const isServed = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"].includes(target);
const ignore = !isServed || !await isInstalled("xz");
const places = ".local/bin/atmosphere";

/** A folder with every command but for xz, so that the archive by gzip is asked for. */
async function toolsWithoutXz(): Promise<string> {
  const tools = await Deno.makeTempDir({ prefix: "atmosphere-tools-" });
  for (const folder of (Deno.env.get("PATH") ?? "").split(":").toReversed()) {
    for (const { name } of await Array.fromAsync(Deno.readDir(folder)).catch(() => [])) {
      if (name === "xz") continue;
      await Deno.remove(join(tools, name)).catch(() => {});
      await Deno.symlink(join(folder, name), join(tools, name));
    }
  }
  return tools;
}

/** Installs once, then with the archive cut at each of its bytes in both ways. */
async function cutEverywhere(env: Readonly<Record<string, string>>): Promise<number> {
  await using server = await startReleaseServer(target);
  await using home = await makeHome();
  const args = ["--no-modify-path"];
  assertEquals((await install(home, args, { server, env })).code, 0);
  const before = await Deno.readTextFile(home.binary);
  const isXz = server.asked.some((path) => path.endsWith(".tar.xz"));
  const { byteLength } = isXz ? server.smaller! : server.archive;
  for (let at = 0; at < byteLength; at++) {
    // Ended as if it were whole; curl tries one that was cut off again, which takes seconds.
    server.faults = { shortenTo: at };
    const { code } = await install(home, args, { server, env });
    assertEquals([at, code, await filesOf(home)], [at, 1, [places]]);
    assertEquals(await Deno.readTextFile(home.binary), before);
  }
  return byteLength;
}

Deno.test({
  name: "install.sh leaves nothing half-installed of an archive that ends at any byte",
  ignore,
  async fn(test) {
    const tools = await toolsWithoutXz();
    try {
      const [xz, gzip] = await Promise.all([cutEverywhere({}), cutEverywhere({ PATH: tools })]);
      await test.step(`after each of ${xz} bytes by xz, ${gzip} by gzip`, () => {});
    } finally {
      await Deno.remove(tools, { recursive: true });
    }
  },
});

Deno.test({
  name: "install.sh that itself ends at any byte does nothing",
  ignore,
  async fn(test) {
    await using server = await startReleaseServer(target);
    await using home = await makeHome();
    const text = await Deno.readTextFile(script);
    // Without its last line break it is whole.
    const lengths = Array.from({ length: text.trimEnd().length }, (_, i) => i);
    const cut = join(home.path, "cut.sh");
    const line = "i=0; while [ $i -lt $2 ]; do head -c $i $1 >$3; sh $3 2>&3 >&3 || :; " +
      "i=$((i + 1)); done";
    const { code, stderr } = await finish("sh", {
      args: ["-c", `exec 3>/dev/null; ${line}`, "sh", script, String(lengths.length), cut],
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: home.path,
        TMPDIR: home.path,
        ATMOSPHERE_RELEASES_URL: server.url,
      },
    });
    assertEquals([code, stderr], [0, ""]);
    assertEquals([server.asked, await filesOf(home)], [[], ["cut.sh"]]);
    await test.step(`after each of ${lengths.length} bytes`, () => {});
  },
});
