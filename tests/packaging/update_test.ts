/** `atmosphere update` reads what the release scripts write. */
import { assertEquals } from "@std/assert";
import { targets } from "../../dist-scripts/build/targets.ts";
import { renderSbom } from "../../dist-scripts/release/sbom.ts";
import { findRelease } from "../../src/app/update/mod.ts";
import { sha256 } from "../../src/app/update/testdata/release.ts";
import { readRepositoryFile } from "../support/paths.ts";

Deno.test("findRelease() reads the bill of materials of every target", async () => {
  for (const { triple } of targets) {
    const bill = renderSbom({
      version: "1.2.3",
      triple,
      sha256: sha256(triple),
      timestamp: "2026-01-01T00:00:00.000Z",
      parties: [],
    });
    const checksums = `${sha256("archive")}  atmosphere-${triple}.tar.gz\n` +
      `${sha256(bill)}  atmosphere-${triple}.cdx.json\n`;
    const release = await findRelease({
      target: triple,
      signal: new AbortController().signal,
      fetch: ((url: string) =>
        Promise.resolve(new Response(url.endsWith(".txt") ? checksums : bill))) as typeof fetch,
    });
    assertEquals([release.version, release.executableSha256], ["1.2.3", sha256(triple)]);
    assertEquals(release.archiveSha256, sha256("archive"));
  }
});

Deno.test("the release script names its files as the installers and the update expect", () => {
  const pack = readRepositoryFile("dist-scripts/release/pack.ts");
  for (
    const name of [
      "atmosphere-${target.triple}.tar.${ending}",
      "atmosphere-${target.triple}.cdx.json",
    ]
  ) {
    assertEquals([name, pack.includes(name)], [name, true]);
  }
  assertEquals(pack.includes('["gz", "xz"]'), true);
  assertEquals(/"install\.sh", "install\.ps1"/.test(pack), true);
});
