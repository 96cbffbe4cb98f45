/** The set-up script finds the `@std` packages where JSR answers, and where it does not. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import { startJsrStandIn } from "./support/jsr_stand_in.ts";
import { fromFileUrl, repositoryFiles } from "./support/paths.ts";

const root = fromFileUrl(new URL("../", import.meta.url));

/** The sources alone, as a fresh clone has them; the embedding model is taken along. */
async function freshCheckout(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "atmosphere-checkout-" });
  const model = ".cache/models/";
  for (
    const path of repositoryFiles().filter((path) =>
      /^(src\/|dist-scripts\/|deno\.|main\.ts|mod\.ts)/.test(path) && !path.endsWith("_test.ts")
    ).concat(filesBelow(join(root, model)).map((path) => model + path))
  ) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.copyFile(join(root, path), join(folder, path));
  }
  return folder;
}

function filesBelow(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(join(folder, prefix))].flatMap((entry) =>
    entry.isDirectory ? filesBelow(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]
  );
}

async function version(folder: string, jsrUrl: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "atmosphere", "version"],
    cwd: folder,
    env: { JSR_URL: jsrUrl, NO_COLOR: "1" },
  }).output();
  return {
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
    source: await Deno.readTextFile(join(folder, ".cache", "std-source")),
  };
}

Deno.test("the set-up script takes @std from JSR where it answers, else from npm", async (t) => {
  await t.step("JSR answers", async () => {
    await using registry = startJsrStandIn();
    const folder = await freshCheckout();
    const { code, stdout, stderr, source } = await version(folder, registry.url);
    assertEquals(code, 0, stderr);
    assertEquals(source, "jsr");
    assertStringIncludes(stdout, "atmosphere ");
    assert(registry.asked.some((path) => path.includes("/cli/")), registry.asked.join(", "));
    await Deno.remove(folder, { recursive: true });
  });

  await t.step("JSR does not answer", async () => {
    const folder = await freshCheckout();
    const { code, stdout, stderr, source } = await version(folder, "http://127.0.0.1:9/");
    assertEquals(code, 0, stderr);
    assertEquals(source, "npm");
    assertStringIncludes(stdout, "atmosphere ");
    await Deno.remove(folder, { recursive: true });
  });
});
