import { assertEquals } from "@std/assert";
import { markUsed, removeStale } from "../../dist-scripts/build/runtime/stale_folders.ts";

const dayMs = 24 * 60 * 60 * 1000;

Deno.test("removeStale() removes what earlier versions laid out and nobody used for 30 days", async () => {
  const root = await Deno.makeTempDir();
  const nowMs = Date.now();
  const ages: Record<string, number> = {
    "model-0a1b": 31,
    "model-2c3d": 29,
    "model-4e5f": 40,
    "model-6a7b.123.tmp": 31,
    "onnxruntime-0a1b": 31,
    "model-of-mine": 31,
    "models": 31,
  };
  try {
    for (const [name, days] of Object.entries(ages)) {
      await Deno.mkdir(`${root}/${name}`);
      await Deno.writeTextFile(`${root}/${name}/file`, "");
      const usedS = (nowMs - days * dayMs) / 1000;
      await Deno.utime(`${root}/${name}`, usedS, usedS);
    }
    await Deno.writeTextFile(`${root}/model-8c9d`, "a file");
    removeStale(root, { name: "model", keep: `${root}/model-4e5f`, nowMs });
    const left = Array.from(Deno.readDirSync(root), ({ name }) => name).sort();
    assertEquals(left, [
      "model-2c3d",
      "model-4e5f",
      "model-8c9d",
      "model-of-mine",
      "models",
      "onnxruntime-0a1b",
    ]);

    markUsed(`${root}/onnxruntime-0a1b`, nowMs);
    removeStale(root, { name: "onnxruntime", keep: "", nowMs });
    assertEquals((await Deno.stat(`${root}/onnxruntime-0a1b`)).isDirectory, true);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("markUsed() leaves a folder alone that it can't mark", () => {
  markUsed("/nowhere/to/be/found", Date.now());
});
