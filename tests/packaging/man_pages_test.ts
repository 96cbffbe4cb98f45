import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { renderManPages } from "../../dist-scripts/man_pages.ts";
import { program } from "../../src/cli/table.ts";
import { isInstalled } from "./tools.ts";

const pages = renderManPages(program, { date: "2026-11-24" });

Deno.test("renderManPages() has a page for each command, and every page that one refers to", () => {
  const names = new Set(pages.map(({ file }) => file.replace(/\.1$/, "")));
  assert(names.has("atmosphere") && names.has("atmosphere-config-get"));
  for (const { file, text } of pages) {
    for (const [, name = ""] of text.matchAll(/^\.Xr (\S+) 1/gm)) {
      assert(names.has(name), `${file} refers to ${name}`);
    }
  }
});

Deno.test({
  name: "renderManPages() makes pages that mandoc has nothing to say about",
  ignore: !await isInstalled("mandoc"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      for (const { file, text } of pages) await Deno.writeTextFile(join(folder, file), text);
      const { stdout } = await new Deno.Command("mandoc", {
        args: ["-T", "lint", ...pages.map(({ file }) => join(folder, file))],
      }).output();
      const complaints = new TextDecoder().decode(stdout).split("\n")
        // It looks in the system's folders, where these pages are not.
        .filter((line) => line !== "" && !line.includes("referenced manual not found"));
      assertEquals(complaints, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
