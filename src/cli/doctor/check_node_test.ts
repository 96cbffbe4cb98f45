import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadConfig } from "../../config/load.ts";
import { AtmosphereError } from "../../core/errors.ts";
import type { NodeApi } from "../../core/node_api.ts";
import { backend, capability } from "../testdata/node.ts";
import { checkBackends, checkDiscovery } from "./check_backends.ts";
import { checkEngine } from "./check_engine.ts";

const { signal } = new AbortController();
const pairs = [{ texts: ["a", "b"], cosine: 0.6 }, { texts: ["c", "d"], cosine: 0 }] as const;
const right = [[1, 0], [0.6, 0.8], [1, 0], [0, 1]];

function embedder(vectors: number[][], name = "all-minilm-l6-v2"): NodeApi {
  const node: Pick<NodeApi, "embed"> = {
    embed: () => Promise.resolve({ model: { name, dimensions: 2 }, vectors, tokens: 0 }),
  };
  return node as NodeApi;
}

Deno.test("checkEngine() compares with known vectors", async () => {
  assertEquals((await checkEngine(embedder(right), { signal, pairs })).verdict, "ok");
  const shifted = [[1, 0], [0.5, 0.866], [1, 0], [0, 1]];
  for (
    const wrong of [shifted, [], [[0, 0], [0, 0], [0, 0], [0, 0]], [[NaN], [NaN], [NaN], [NaN]]]
  ) {
    const { verdict, mend } = await checkEngine(embedder(wrong), { signal, pairs });
    assertEquals(verdict, "broken");
    assert(mend !== undefined);
  }
});

Deno.test("checkEngine() does not judge a model that it has no vectors of", async () => {
  const { verdict, found } = await checkEngine(embedder([], "bge-small"), { signal, pairs });
  assertEquals(verdict, "ok");
  assertStringIncludes(found, "no known vectors");
});

Deno.test("checkEngine() tells why the engine fails", async () => {
  const node: Pick<NodeApi, "embed"> = {
    embed: () =>
      Promise.reject(
        new AtmosphereError("embedder_failed", "model.onnx is missing", { hint: "Install again" }),
      ),
  };
  const finding = await checkEngine(node as NodeApi, { signal, pairs });
  assertEquals([finding.verdict, finding.found, finding.mend], [
    "broken",
    "model.onnx is missing",
    "Install again",
  ]);
});

Deno.test("checkBackends() tells of each what to do", () => {
  const findings = checkBackends([
    backend("embedded", { source: "embedded" }),
    backend("ollama", { version: "0.12.0", latencyMs: 3 }),
    backend("lmstudio", { models: 0 }),
    backend("gpu", {
      engine: "vllm",
      source: "configured",
      locality: "network",
      state: "down",
      reason: "connection refused",
    }),
    backend("openai", {
      source: "environment",
      locality: "cloud",
      state: "down",
      reason: "no network",
    }),
  ]);
  assertEquals(findings.map(({ id, verdict }) => [id, verdict]), [
    ["backend.ollama", "ok"],
    ["backend.lmstudio", "warning"],
    ["backend.gpu", "broken"],
    ["backend.openai", "warning"],
  ]);
  assertStringIncludes(findings[0]!.found, "ollama 0.12.0 at http://127.0.0.1:11434");
  assertStringIncludes(findings[2]!.found, "connection refused");
  assertStringIncludes(findings[2]!.mend ?? "", "vllm serve MODEL");
  assertStringIncludes(findings[3]!.mend ?? "", "OPENAI_API_KEY");
});

Deno.test("checkDiscovery() wants a chat model", async () => {
  const config = await loadConfig({ flags: { dataDir: "/nowhere" }, env: {} });
  const backends = [backend("ollama")];
  const good = checkDiscovery(config, { backends, capabilities: [capability("llama")] });
  assertEquals(good.verdict, "ok");
  const none = checkDiscovery(config, { backends: [], capabilities: [] });
  assertEquals(none.verdict, "warning");
  assertStringIncludes(none.mend ?? "", "ollama serve");
});
