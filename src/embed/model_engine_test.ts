import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { createEmbedder } from "./embedder.ts";
import { specialTokens } from "./model_engine.ts";
import { graphFile, weightsFile } from "./model_files.ts";
import { resolveModel } from "./resolve_model.ts";

Deno.test("specialTokens() finds what a tokeniser puts around a text", () => {
  const around = (prefix: number[], suffix: number[]) =>
    specialTokens((_, isWhole) => isWhole ? [...prefix, 7, 8, ...suffix] : [7, 8]);
  assertEquals(around([101], [102]), { prefix: [101], suffix: [102] });
  assertEquals(around([], [2]), { prefix: [], suffix: [2] });
  assertEquals(around([], []), { prefix: [], suffix: [] });
  assertEquals(around([7], [2, 3]), { prefix: [7], suffix: [2, 3] });
});

Deno.test("a model of the hub is used from the disk and pools as its files say", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const { directory } = await resolveModel({ dataDir, model: "all-minilm-l6-v2" });
    const model = "by-hand/some-model";
    const copy = `${dataDir}/models/${model}`;
    await Deno.mkdir(`${copy}/onnx`, { recursive: true });
    for (
      const file of [
        graphFile,
        weightsFile,
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
      ]
    ) await Deno.copyFile(`${directory}/${file}`, `${copy}/${file}`);

    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

    const bundled = await embed(dataDir, "all-minilm-l6-v2");
    assertGreater(dot(bundled, await embed(dataDir, model)), 0.99999);
    await Deno.mkdir(`${copy}/1_Pooling`);
    await Deno.writeTextFile(
      `${copy}/1_Pooling/config.json`,
      JSON.stringify({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }),
    );
    assertLess(dot(bundled, await embed(dataDir, model)), 0.99);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

async function embed(dataDir: string, model: string): Promise<Float32Array> {
  await using engine = createEmbedder({
    resolve: () => resolveModel({ dataDir, model }),
    model,
    threads: 1,
    cacheEntries: 0,
  });
  const { model: space, vectors: [vector] } = await engine.embed(["the first token decides"]);
  assertEquals([space.name, space.dimensions, space.maxTokens], [model, 384, 256]);
  return vector!;
}
