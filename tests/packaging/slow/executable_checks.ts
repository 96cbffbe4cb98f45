import { assertEquals, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fromFileUrl } from "../../support/paths.ts";
import { finish } from "../tools.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url));
const emptyRoot = fromFileUrl(new URL("./empty_root.sh", import.meta.url));
const triple = "x86_64-unknown-linux-gnu";
const binary = Deno.env.get("ATMOSPHERE_BINARY") ?? join(root, "dist", `atmosphere-${triple}`);
const isLinux = Deno.build.target === triple;

Deno.test({
  name: "the executable embeds, remembers and serves in an empty root without a network",
  ignore: !isLinux || Deno.uid() !== 0,
  async fn() {
    const { code, stdout, stderr } = await finish("unshare", {
      args: ["-n", "-m", "sh", "-c", 'ip link set lo up; sh "$1" "$2"', "sh", emptyRoot, binary],
    });
    assertEquals([code, code === 0 ? "" : stderr], [0, ""]);
    assertStringIncludes(stdout, "the sky is blue today");
    assertStringIncludes(stdout, "serves");
  },
});

/** A clone of the last commit in `folder`, with what takes long to make taken over. */
async function cloneInto(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, ".."), { recursive: true });
  assertEquals((await finish("git", { args: ["clone", "--quiet", root, folder] })).code, 0);
  for (const kept of ["models", "build/compressed"]) {
    await Deno.mkdir(join(folder, ".cache", kept, ".."), { recursive: true });
    await finish("cp", {
      args: ["-a", join(root, ".cache", kept), join(folder, ".cache", kept)],
    });
  }
}

Deno.test({
  name: "the build gives the same bytes in two folders",
  ignore: !isLinux,
  async fn() {
    const parent = await Deno.makeTempDir({ prefix: "atmosphere-twice-" });
    try {
      const hashes: string[] = [];
      for (const place of ["one", "another/one/deeper"]) {
        const folder = join(parent, place);
        await cloneInto(folder);
        const { code, stderr } = await finish(Deno.execPath(), {
          args: ["task", "--quiet", "build"],
          cwd: folder,
        });
        assertEquals([code, code === 0 ? "" : stderr], [0, ""]);
        const bytes = await Deno.readFile(join(folder, "dist", `atmosphere-${triple}`));
        hashes.push(createHash("sha256").update(bytes).digest("hex"));
      }
      assertEquals(hashes[0], hashes[1]);
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  },
});
