/** What each engine's own paths tell of its models. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type FakeModel, startFakeServer } from "../../tests/fakes/mod.ts";
import { BackendError, type BackendModel, type EngineName } from "../core/mod.ts";
import { createBackend } from "./mod.ts";

const signal = new AbortController().signal;

async function listed(
  engine: EngineName,
  models: readonly (string | FakeModel)[],
  path = "",
): Promise<BackendModel[]> {
  await using server = await startFakeServer({ engine, models });
  await using backend = createBackend({
    id: engine,
    engine,
    url: server.url + path,
    tags: [],
    enabled: true,
    source: "configured",
  });
  return await backend.listModels({ signal });
}

const coder: FakeModel = {
  name: "qwen2.5-coder:7b",
  contextTokens: 16_384,
  tools: false,
  loaded: false,
};
const seer: FakeModel = { name: "llava:7b", vision: true, contextTokens: 4_096 };

Deno.test("ollama tells kind, context, abilities, size, quantisation and what is loaded", async () => {
  const [first, second, third] = await listed("ollama", [
    coder,
    seer,
    { name: "nomic-embed-text:latest", dimensions: 768, loaded: false },
  ]);
  assertEquals(first?.features, {
    contextTokens: 16_384,
    tools: false,
    vision: false,
    json: true,
  });
  assertEquals(first?.loaded, false);
  assertEquals(first?.profile?.parametersB, 7);
  assertEquals(first?.profile?.quantization, "Q4_K_M");
  assertEquals(second?.features.vision, true);
  assertEquals(second?.loaded, true);
  assertEquals(third?.kind, "llm/embed");
  assertEquals(third?.features.dimensions, 768);
});

Deno.test("ollama's models are listed although one can't be shown", async () => {
  await using server = await startFakeServer({ engine: "ollama", models: [coder, seer] });
  server.script(({ path, json }) =>
    path === "/api/show" && json?.model === "llava:7b" || path === "/api/ps"
      ? { do: "fail", status: 500 }
      : undefined
  );
  await using backend = createBackend({
    id: "ollama",
    engine: "ollama",
    url: server.url,
    tags: [],
    enabled: true,
    source: "configured",
  });
  const models = await backend.listModels({ signal });
  assertEquals(models.map(({ name, loaded }) => [name, loaded]), [
    ["qwen2.5-coder:7b", undefined],
    ["llava:7b", undefined],
  ]);
});

Deno.test("llama.cpp tells the context in use, vision and parameters", async () => {
  const [model] = await listed("llama.cpp", [{ ...seer, name: "Qwen3-8B-Q4_K_M.gguf" }]);
  assertEquals(model?.features.contextTokens, 4_096);
  assertEquals(model?.features.vision, true);
  assertEquals(model?.loaded, true);
  assertEquals(Math.round(model?.profile?.parametersB ?? 0), 8);
});

Deno.test("vllm tells max_model_len and the model behind a served name", async () => {
  await using server = await startFakeServer({ engine: "vllm", models: ["coder"] });
  server.script(({ path }) =>
    path === "/v1/models"
      ? {
        do: "raw",
        body: JSON.stringify({
          data: [{
            id: "coder",
            owned_by: "vllm",
            root: "Qwen/Qwen2.5-Coder-32B-Instruct",
            max_model_len: 32_768,
          }],
        }),
      }
      : undefined
  );
  await using backend = createBackend({
    id: "vllm",
    engine: "vllm",
    url: `${server.url}/v1/`,
    tags: [],
    enabled: true,
    source: "configured",
  });
  const [model] = await backend.listModels({ signal });
  assertEquals(model?.name, "coder");
  assertEquals(model?.upstreamName, "coder");
  assertEquals(model?.profile?.family, "qwen2.5-coder");
  assertEquals(model?.features.contextTokens, 32_768);
});

Deno.test("lmstudio tells kind, vision, tools, context and state", async () => {
  const models = await listed("lmstudio", [coder, seer, "text-embedding-nomic-embed-text-v1.5"]);
  assertEquals(models.map(({ kind }) => kind), ["llm/chat", "llm/chat", "llm/embed"]);
  assertEquals(models[0]?.features.tools, false);
  assertEquals(models[0]?.loaded, false);
  assertEquals(models[1]?.features.vision, true);
  assertEquals(models[1]?.features.contextTokens, 4_096);
});

Deno.test("localai tells what is loaded", async () => {
  const models = await listed("localai", [coder, seer]);
  assertEquals(models.map(({ loaded }) => loaded), [false, true]);
});

Deno.test("sglang tells embedding models, vision and the model's own name", async () => {
  const [model] = await listed("sglang", [{ name: "acme", kind: "embed" }]);
  assertEquals(model?.kind, "llm/embed");
  const [chat] = await listed("sglang", [seer]);
  assertEquals(chat?.features.vision, true);
  assertEquals(chat?.features.contextTokens, 4_096);
});

Deno.test("koboldcpp tells its true context, and nothing where no text model is loaded", async () => {
  const [model] = await listed("koboldcpp", [{ name: "koboldcpp/Fimbulvetr-11B", vision: true }]);
  assertEquals(model?.features.contextTokens, 8_192);
  assertEquals(model?.profile?.family, "samantha");
  await using server = await startFakeServer({ engine: "koboldcpp", models: ["x"] });
  server.script(({ path }) =>
    path === "/api/extra/version"
      ? { do: "raw", body: '{"result":"KoboldCpp","version":"1.100","llm":false}' }
      : undefined
  );
  await using backend = createBackend({
    id: "k",
    engine: "koboldcpp",
    url: server.url,
    tags: [],
    enabled: true,
    source: "configured",
  });
  assertEquals(await backend.listModels({ signal }), []);
});

const vet: FakeModel = {
  name: "llama-vet",
  project: {
    namespace: "discoverable",
    config: {
      domain: "veterinary",
      topics: ["camelids", "vaccines"],
      examples: ["my llama limps"],
      prompts: [{
        name: "main",
        messages: [{ role: "system", content: "You help   people with sick llamas." }],
      }],
      datasets: [{ name: "vet_handbook", database: "main_db" }],
      rag: { databases: [{ name: "main_db" }] },
      runtime: {
        default_model: "small",
        models: [
          {
            name: "big",
            provider: "ollama",
            model: "llama3.3:70b",
            api_key: "sk-must-not-leak-1234",
          },
          {
            name: "small",
            provider: "universal",
            model: "qwen3:8b",
            extra_body: { n_ctx: 16_384 },
          },
        ],
      },
    },
  },
};

Deno.test("llamafarm's projects become models with domain, topics, examples and sources", async () => {
  const models = await listed("llamafarm", [
    vet,
    { name: "default/plain" },
    { name: "secret/hidden" },
  ]);
  assertEquals(models.map(({ name }) => name), [
    "discoverable/llama-vet",
    "discoverable/llama-vet:big",
    "default/plain",
  ]);
  const [main] = models;
  assertEquals(
    main?.description,
    "You help people with sick llamas. Domain: veterinary. Topics: camelids, vaccines. " +
      "Looks facts up in vet handbook, main db.",
  );
  assertEquals(main?.examples[0], "my llama limps");
  assertEquals(main?.tags, [
    "namespace:discoverable",
    "rag",
    "domain:veterinary",
    "topic:camelids",
    "topic:vaccines",
  ]);
  assertEquals(main?.profile?.family, "qwen3");
  assertEquals(main?.features.contextTokens, 16_384);
  assertEquals(models[1]?.profile?.family, "llama-3.3");
  assertEquals(JSON.stringify(models).includes("sk-must-not-leak"), false);
});

Deno.test("llamafarm lists the namespace that its address names", async () => {
  const models = await listed("llamafarm", [vet, "secret/hidden"], "/v1/projects/secret");
  assertEquals(models.map(({ name }) => name), ["secret/hidden"]);
});

Deno.test("llamafarm is asked by project, with its model, without a session", async () => {
  await using server = await startFakeServer({ engine: "llamafarm", models: [vet] });
  await using backend = createBackend({
    id: "farm",
    engine: "llamafarm",
    url: server.url,
    tags: [],
    enabled: true,
    source: "configured",
  });
  const ask = (model: string) =>
    backend.send({
      operation: "chat/completions",
      body: { model, messages: [{ role: "user", content: "hi" }], rag_enabled: true },
      stream: false,
      signal,
    });
  await ask("discoverable/llama-vet:big");
  const [request] = server.asked;
  assertEquals(request?.path, "/v1/projects/discoverable/llama-vet/chat/completions");
  assertEquals(request?.json?.model, "big");
  assertEquals(request?.json?.rag_enabled, true);
  assertEquals(request?.headers["x-no-session"], "1");
  for (const model of ["../../v1/secret", "a/b/c", "plain", "a/..", "a/b?x=1"]) {
    const error = await assertRejects(() => ask(model), BackendError);
    assertEquals(error.code, "model_not_found");
  }
  assertEquals(server.asked.length, 1);
});

Deno.test("openrouter tells prices, modalities and parameters", async () => {
  const [model] = await listed("openrouter", [{ ...seer, name: "acme/some-model" }]);
  assertEquals(model?.cost, { inputPerMTok: 2.5, outputPerMTok: 10 });
  assertEquals(model?.features, {
    contextTokens: 4_096,
    maxOutputTokens: 4_096,
    vision: true,
    audio: false,
    tools: true,
    json: true,
    reasoning: false,
  });
  assertEquals(model?.tags, []);
});

Deno.test("together, groq, mistral and gemini tell what they tell", async () => {
  const [one] = await listed("together", ["meta-llama/Llama-3.3-70B-Instruct-Turbo"]);
  assertEquals(one?.cost, { inputPerMTok: 0.18, outputPerMTok: 0.59 });
  const [two] = await listed("groq", ["llama-3.1-8b-instant"]);
  assertEquals(two?.features.maxOutputTokens, 4_096);
  assertEquals(two?.cost, { inputPerMTok: 0.05, outputPerMTok: 0.08 });
  const [three] = await listed("mistral", [{ ...seer, name: "mistral-small-2506", tools: false }]);
  assertEquals([three?.features.vision, three?.features.tools], [true, false]);
  const [four] = await listed("gemini", ["gemini-2.5-pro"]);
  assertEquals([four?.name, four?.upstreamName], ["gemini-2.5-pro", "models/gemini-2.5-pro"]);
  assertEquals(four?.cost, { inputPerMTok: 1.25, outputPerMTok: 10 });
});

Deno.test("openai's list leaves out what no request can use", async () => {
  const models = await listed("openai", [
    "gpt-5",
    "omni-moderation-latest",
    "text-embedding-3-small",
    "whisper-1",
    "gpt-4o-realtime-preview",
    "davinci-002",
  ]);
  assertEquals(models.map(({ name, kind }) => [name, kind]), [
    ["gpt-5", "llm/chat"],
    ["text-embedding-3-small", "llm/embed"],
    ["whisper-1", "audio/transcribe"],
  ]);
});

Deno.test("an unknown price is marked as assumed, dear, and said nowhere", async () => {
  const [model] = await listed("anthropic", ["claude-unheard-of-9"]);
  assertEquals(model?.cost.assumed, true);
  assert(model !== undefined && model.cost.outputPerMTok >= 50);
  assertEquals(model.tags, ["price:unknown"]);
  assertEquals(/price|cost|\$/.test(model.description), false);
  const [known] = await listed("anthropic", ["claude-sonnet-4-5-20250929"]);
  assertEquals(known?.cost, { inputPerMTok: 3, outputPerMTok: 15 });
});
