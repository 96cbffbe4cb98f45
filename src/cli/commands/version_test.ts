import { assertEquals } from "@std/assert";
import { version } from "../../core/version.ts";
import { runInMemory } from "../testdata/context.ts";

Deno.test("version names this program and what it runs on", async () => {
  const { code, stdout } = await runInMemory(["version"]);
  assertEquals(code, 0);
  assertEquals(stdout.split("\n")[0], `atmosphere ${version}`);
  const json = JSON.parse((await runInMemory(["version", "--json"])).stdout);
  assertEquals(json.version, version);
  assertEquals(json.deno, Deno.version.deno);
  assertEquals(json.platform, Deno.build.os);
});
