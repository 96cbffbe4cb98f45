import { assertEquals, assertGreater, assertRejects, assertStringIncludes } from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { createEmbedder } from "./embedder.ts";
import { importTransformers } from "./onnx_runtime.ts";
import { resolveModel } from "./resolve_model.ts";

interface Fixture {
  readonly rows: ReadonlyArray<{ text: string; vector: string }>;
}

const { rows }: Fixture = JSON.parse(
  await Deno.readTextFile(
    new URL("../../tests/fixtures/embed/minilm_fp32.json", import.meta.url),
  ),
);

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0);
}

async function embedAll(runtime: "native" | "wasm"): Promise<Float32Array[]> {
  await using engine = createEmbedder({
    resolve: () => resolveModel({ dataDir: "nowhere", model: "all-minilm-l6-v2" }),
    threads: 1,
    cacheEntries: 0,
    runtime,
  });
  return (await engine.embed(rows.map(({ text }) => text))).vectors;
}

Deno.test("the WebAssembly runtime gives the vectors of the native one", async () => {
  const wasm = await embedAll("wasm");
  const native = await embedAll("native");
  rows.forEach(({ text, vector }, i) => {
    const fixture = Float32Array.from(
      new Int16Array(Uint8Array.fromBase64(vector).buffer),
      (x) => x / 32767,
    );
    const length = Math.sqrt(dot(fixture, fixture));
    assertGreater(dot(wasm[i]!, fixture) / length, 0.99, text.slice(0, 60));
    assertGreater(dot(wasm[i]!, native[i]!), 0.999, text.slice(0, 60));
  });
});

Deno.test("importTransformers() says why the native library can't be had when it is asked for", async () => {
  const error = await assertRejects(
    () =>
      importTransformers({
        runtime: "native",
        importNative: () => Promise.reject(new Error("GLIBC_2.99 not found")),
      }),
    AtmosphereError,
  );
  assertStringIncludes(error.message, "GLIBC_2.99 not found");
});

Deno.test("importTransformers() falls back to WebAssembly, which asks no server for its parts", async () => {
  const { runtime, nativeFailure, library } = await importTransformers({
    importNative: () => Promise.reject(new Error("no such file")),
  });
  assertEquals([runtime, nativeFailure], ["wasm", "no such file"]);
  const { wasm } = library.env.backends.onnx as { wasm: { wasmPaths?: unknown } };
  assertEquals(wasm.wasmPaths, undefined);
});

Deno.test("ONNX Runtime is there once, in the versions that transformers.js names", async () => {
  const lock = JSON.parse(await Deno.readTextFile(new URL("../../deno.lock", import.meta.url)));
  for (const name of ["onnxruntime-node", "onnxruntime-web"]) {
    const versions = Object.keys(lock.npm).filter((key) => key.startsWith(`${name}@`));
    assertEquals(versions.length, 1, versions.join(", "));
  }
});
