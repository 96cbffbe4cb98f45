/** The executable as macOS on Intel gets it, with ONNX Runtime's WebAssembly build, on Linux. */
import { assertEquals, assertGreater } from "@std/assert";
import { join } from "node:path";
import { fromFileUrl } from "../../support/paths.ts";
import { finish } from "../tools.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url));
const fixture = new URL("../../fixtures/embed/minilm_fp32.json", import.meta.url);
const triple = "x86_64-unknown-linux-gnu";

function cosine(a: readonly number[], b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    const y = b[i] ?? 0;
    dot += x * y;
    aa += x * x;
    bb += y * y;
  });
  return dot / Math.sqrt(aa * bb);
}

Deno.test({
  name: "an executable without a native engine is built, and its vectors are the fixture's",
  ignore: Deno.build.target !== triple,
  async fn() {
    const built = await finish(Deno.execPath(), {
      args: ["task", "--quiet", "build", "--wasm"],
      cwd: root,
    });
    assertEquals([built.code, built.code === 0 ? "" : built.stderr], [0, ""]);
    const executable = join(root, "dist", `wasm-atmosphere-${triple}`);
    const dataDir = await Deno.makeTempDir({ prefix: "atmosphere-wasm-" });
    try {
      const { rows }: { rows: Array<{ text: string; vector: string }> } = JSON.parse(
        await Deno.readTextFile(fixture),
      );
      // An argument can't be empty, start like a flag, or hold a NUL.
      const tried = rows.filter(({ text }) => /^\w[^\0]*$/.test(text));
      assertGreater(tried.length, 20);
      const { code, stdout, stderr } = await finish(executable, {
        args: ["embed", "--json", ...tried.map(({ text }) => text)],
        env: { ATMOSPHERE_DATA_DIR: dataDir, ATMOSPHERE_CACHE_DIR: join(dataDir, "cache") },
      });
      assertEquals([code, code === 0 ? "" : stderr], [0, ""]);
      const { data }: { data: Array<{ embedding: number[] }> } = JSON.parse(stdout);
      tried.forEach(({ text, vector }, i) => {
        const reference = Float32Array.from(
          new Int16Array(Uint8Array.fromBase64(vector).buffer),
          (x) => x / 32767,
        );
        assertGreater(cosine(data[i]?.embedding ?? [], reference), 0.99, text.slice(0, 60));
      });
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  },
});
