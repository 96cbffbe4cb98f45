import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { initDataDir } from "../../config/init.ts";
import { Secret } from "../../core/secret.ts";
import { withDirectory } from "../testdata/context.ts";
import { checkDataDir, checkIdentity, checkSpace, checkToken, judgeSpace } from "./check_files.ts";

const hasModes = Deno.build.os !== "windows";

/** Runs `body` with a data directory as init makes it. */
async function withDataDir(body: (path: string) => Promise<void>): Promise<void> {
  await withDirectory(async (directory) => {
    const dataDir = `${directory}/data`;
    await initDataDir({ dataDir });
    await body(dataDir);
  });
}

Deno.test("checkDataDir() is content with what init makes, and leaves nothing behind", async () => {
  await withDataDir(async (dataDir) => {
    const before = [...Deno.readDirSync(dataDir)].map(({ name }) => name).sort();
    assertEquals((await checkDataDir(dataDir)).verdict, "ok");
    assertEquals([...Deno.readDirSync(dataDir)].map(({ name }) => name).sort(), before);
  });
});

Deno.test("checkDataDir() tells of a directory that is missing, a file, or open to others", async () => {
  await withDirectory(async (directory) => {
    const missing = await checkDataDir(`${directory}/none`);
    assertEquals([missing.verdict, missing.mend], ["warning", "Run atmosphere init"]);
    await Deno.writeTextFile(`${directory}/file`, "");
    assertEquals((await checkDataDir(`${directory}/file`)).verdict, "broken");
    if (!hasModes) return;
    await Deno.chmod(directory, 0o755);
    const open = await checkDataDir(directory);
    assertEquals([open.verdict, open.mend], ["warning", `chmod 700 ${directory}`]);
  });
});

Deno.test({
  name: "checkDataDir() tries to write, for modes may lie",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { verdict, found } = await checkDataDir("/proc/self");
    assertEquals(verdict, "broken");
    assertStringIncludes(found, "can't be used");
  },
});

Deno.test("checkIdentity() shows the peer id, and tells what is broken", async () => {
  await withDataDir(async (dataDir) => {
    const good = await checkIdentity(dataDir);
    assertEquals(good.verdict, "ok");
    assert(good.found.startsWith("12D3KooW"));
    if (hasModes) {
      await Deno.chmod(`${dataDir}/identity.json`, 0o644);
      const loose = await checkIdentity(dataDir);
      assertEquals([loose.verdict, loose.mend], ["broken", `chmod 600 ${dataDir}/identity.json`]);
    }
    await Deno.writeTextFile(`${dataDir}/identity.json`, "{");
    assertEquals((await checkIdentity(dataDir)).verdict, "broken");
    await Deno.remove(`${dataDir}/identity.json`);
    assertEquals((await checkIdentity(dataDir)).mend, "Run atmosphere init to make one");
  });
});

Deno.test("checkToken() never shows the token", async () => {
  await withDataDir(async (dataDir) => {
    const token = (await Deno.readTextFile(`${dataDir}/token`)).trim();
    const good = await checkToken(dataDir, undefined);
    assertEquals([good.verdict, good.found.includes(token)], ["ok", false]);
    await Deno.writeTextFile(`${dataDir}/token`, "short");
    const bad = await checkToken(dataDir, undefined);
    assertEquals([bad.verdict, JSON.stringify(bad).includes('short"')], ["broken", false]);
    const given = await checkToken(dataDir, new Secret("0123456789abcdef"));
    assertEquals([given.verdict, given.found], ["ok", "taken from ATMOSPHERE_TOKEN"]);
  });
});

Deno.test("checkSpace() looks at the disk, even before the directory exists", async () => {
  await withDirectory(async (directory) => {
    const { found } = await checkSpace(`${directory}/not/yet/there`);
    assertStringIncludes(found, "free");
  });
});

Deno.test("judgeSpace() warns below a GiB and calls 100 MiB too little", () => {
  assertEquals(judgeSpace(2 * 1024 ** 3).verdict, "ok");
  assertEquals(judgeSpace(500 * 1024 ** 2).verdict, "warning");
  assertEquals(judgeSpace(50 * 1024 ** 2).verdict, "broken");
});
