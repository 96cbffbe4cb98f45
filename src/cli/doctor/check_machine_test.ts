import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withDirectory } from "../testdata/context.ts";
import { checkClock, checkProxies, judgeOpenFiles } from "./check_machine.ts";

Deno.test("checkClock() notices a clock that was never set, or was set back", async () => {
  assertEquals((await checkClock([], 0)).verdict, "broken");
  await withDirectory(async (directory) => {
    const file = `${directory}/identity.json`;
    await Deno.writeTextFile(file, "");
    const now = Date.now();
    assertEquals((await checkClock([file, `${directory}/none`], now)).verdict, "ok");
    await Deno.utime(file, (now + 3_600_000) / 1_000, (now + 3_600_000) / 1_000);
    const back = await checkClock([file], now);
    assertEquals(back.verdict, "warning");
    assertStringIncludes(back.found, file);
  });
});

Deno.test("checkProxies() wants loopback excepted from every proxy", () => {
  assertEquals(checkProxies({}).verdict, "ok");
  const bad = checkProxies({ HTTP_PROXY: "http://me:secret@proxy:3128", NO_PROXY: "intranet" });
  assertEquals(bad.verdict, "warning");
  assert(!bad.found.includes("secret"));
  assertEquals(bad.mend, "export NO_PROXY=intranet,localhost,127.0.0.1");
  const half = checkProxies({ https_proxy: "http://proxy", no_proxy: "localhost" });
  assertStringIncludes(half.found, "NO_PROXY lacks 127.0.0.1");
  for (const NO_PROXY of ["*", "localhost, 127.0.0.1"]) {
    assertEquals(checkProxies({ ALL_PROXY: "http://proxy", NO_PROXY }).verdict, "ok");
  }
});

Deno.test("judgeOpenFiles() warns of a low limit", () => {
  const limits = (soft: string) =>
    `Limit                     Soft Limit           Hard Limit           Units\n` +
    `Max processes             100                  100                  processes\n` +
    `Max open files            ${soft.padEnd(20)} 1048576              files\n`;
  assertEquals(judgeOpenFiles(limits("256")).verdict, "warning");
  assertEquals(judgeOpenFiles(limits("1024")).verdict, "ok");
  assertEquals(judgeOpenFiles(limits("unlimited")).verdict, "ok");
  assertEquals(judgeOpenFiles("").verdict, "skipped");
});
