import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Decision } from "../core/mod.ts";
import { axis, capability, profile, request, routerOf } from "./testdata/capabilities.ts";

function names(decision: Decision): string[] {
  return decision.candidates.map((each) => each.capability.name);
}

function factor(decision: Decision, name: string, candidate = 0) {
  const found = decision.candidates[candidate]?.factors.find((each) => each.name === name);
  assert(found, `no factor ${name}`);
  return found;
}

Deno.test("decide() finds a named model in every way of writing it", () => {
  const { router } = routerOf([capability("llama3.2:latest"), capability("qwen2.5:7b")]);
  for (
    const model of [
      "llama3.2:latest",
      "llama3.2",
      "LLAMA3.2",
      "ollama/llama3.2",
      "laptop/llama3.2:latest",
      "n1/ollama/llama3.2",
      "n1/ollama/llm/chat/llama3.2:latest",
    ]
  ) {
    const decision = router.decide(request({ model }));
    assertEquals(decision.outcome, "explicit", model);
    assertEquals(names(decision), ["llama3.2:latest"], model);
    assertEquals(decision.embedding, "none");
  }
});

Deno.test("decide() prefers the exact spelling to another case of the name", () => {
  const { router } = routerOf([capability("Model"), capability("model")]);
  assertEquals(names(router.decide(request({ model: "model" }))), ["model"]);
  assertEquals(names(router.decide(request({ model: "Model" }))), ["Model"]);
});

Deno.test("decide() finds a name with slashes and one wherever it is in the mesh", () => {
  const { router } = routerOf([
    capability("meta-llama/Llama-3.1-8B", { backend: "vllm", engine: "vllm" }),
    capability("qwen2.5:7b"),
    capability("qwen2.5:7b", { node: "n2", nodeName: "box", locality: "mesh" }),
  ]);
  assertEquals(names(router.decide(request({ model: "vllm/meta-llama/Llama-3.1-8B" }))), [
    "meta-llama/Llama-3.1-8B",
  ]);
  const both = router.decide(request({ model: "qwen2.5:7b" }));
  assertEquals(both.candidates.map((c) => c.capability.node), ["n1", "n2"]);
  const remote = router.decide(request({ model: "box/qwen2.5:7b" }));
  assertEquals(remote.candidates.map((c) => c.capability.node), ["n2"]);
});

Deno.test("decide() follows an alias, also to another alias, and survives a loop of them", () => {
  const { router } = routerOf([capability("llama3.1:8b")]);
  router.setAliases([
    { name: "gpt-4o", model: "fast" },
    { name: "fast", model: "ollama/llama3.1:8b" },
    { name: "a", model: "b" },
    { name: "b", model: "a" },
  ]);
  assertEquals(names(router.decide(request({ model: "gpt-4o" }))), ["llama3.1:8b"]);
  assertEquals(router.decide(request({ model: "a" })).refusal?.code, "model_not_found");
});

Deno.test("decide() keeps the aliases when the capabilities change", () => {
  const { router } = routerOf([]);
  router.setAliases([{ name: "gpt-4o", model: "llama3.1:8b" }]);
  router.setCapabilities([{ capability: capability("llama3.1:8b"), vectors: [] }]);
  assertEquals(names(router.decide(request({ model: "gpt-4o" }))), ["llama3.1:8b"]);
});

Deno.test("decide() refuses an unknown name and suggests near ones", () => {
  const { router } = routerOf([capability("llama3.2:3b"), capability("qwen2.5-coder:7b")]);
  const { outcome, refusal } = router.decide(request({ model: "lama3.2:3b" }));
  assertEquals(outcome, "refused");
  assertEquals(refusal?.code, "model_not_found");
  assertEquals(refusal?.suggestions, ["llama3.2:3b"]);
  assertStringIncludes(refusal?.message ?? "", '"lama3.2:3b" among 2 capabilities of 1 node');
  assertEquals(router.decide(request({ model: "coder" })).refusal?.suggestions, [
    "qwen2.5-coder:7b",
  ]);
});

Deno.test("decide() refuses a name of another kind and says which", () => {
  const { router } = routerOf([capability("nomic-embed-text", { kind: "llm/embed" })]);
  const { refusal } = router.decide(request({ model: "nomic-embed-text" }));
  assertEquals(refusal?.code, "model_not_found");
  assertEquals(refusal?.message, '"nomic-embed-text" is llm/embed, this request needs llm/chat');
});

Deno.test("decide() says how to add a capability when there is none of the kind", () => {
  const { router } = routerOf([capability("nomic-embed-text", { kind: "llm/embed" })]);
  const { refusal, outcome, rejected } = router.decide(request());
  assertEquals(outcome, "refused");
  assertEquals(refusal?.code, "no_capability");
  assertMatch(refusal?.message ?? "", /llm\/chat is among the 1 capability of 1 node/);
  assertMatch(refusal?.hint ?? "", /ollama pull .*_API_KEY/);
  assertEquals(rejected[0]?.filter, "kind");
});

Deno.test("decide() calls a request that fits no context too long", () => {
  const { router } = routerOf([
    capability("small", { features: { contextTokens: 4096 } }),
    capability("middle", { features: { contextTokens: 8192 } }),
  ]);
  const { refusal } = router.decide(request({ required: { contextTokens: 9000 } }));
  assertEquals(refusal?.code, "context_too_long");
  assertStringIncludes(refusal?.message ?? "", "needs 9000 tokens of context, small has 4096");
  const fits = router.decide(request({ required: { contextTokens: 8000 } }));
  assertEquals(names(fits), ["middle"]);
});

Deno.test("decide() refuses what a named model is known not to support", () => {
  const { router } = routerOf([capability("text-only", { features: { vision: false } })]);
  const { refusal } = router.decide(request({ model: "text-only", required: { vision: true } }));
  assertEquals(refusal?.code, "no_capability");
  assertStringIncludes(refusal?.message ?? "", "needs vision, text-only has none");
});

Deno.test("decide() takes a model that does not tell its features, after one that does", () => {
  const { router } = routerOf([
    capability("silent"),
    capability("telling", { features: { tools: true } }),
    capability("unable", { features: { tools: false } }),
  ]);
  const decision = router.decide(request({ required: { tools: true } }), { explain: true });
  assertEquals(names(decision), ["telling", "silent"]);
  assertEquals(factor(decision, "features", 1).detail, "does not tell about tool calling");
  assertEquals(decision.rejected.map((each) => [each.name, each.filter]), [["unable", "feature"]]);
});

Deno.test("decide() without a vector says so and decides by wording", () => {
  const { router } = routerOf([
    capability("coder", { profile: profile({ code: 0.9 }) }),
    capability("poet", { profile: profile({ writing: 0.9 }) }),
  ]);
  const code = router.decide(request({ intent: "Fix this: TypeError: x is not a function" }));
  assertEquals(code.embedding, "unavailable");
  assertEquals(names(code)[0], "coder");
  assertStringIncludes(factor(code, "speciality").detail, "stack trace");
  assertEquals(names(router.decide(request({ intent: "write a poem about rain" })))[0], "poet");
});

Deno.test("decide() with one capability asks for no vector", () => {
  const { router } = routerOf([capability("only")]);
  assertEquals(router.needsMeaning(request()), false);
  assertEquals(router.decide(request()).embedding, "none");
});

Deno.test("needsMeaning() is false for names, material and empty texts", () => {
  const { router } = routerOf([capability("a"), capability("b")]);
  assertEquals(router.needsMeaning(request()), true);
  assertEquals(router.needsMeaning(request({ model: "auto" })), true);
  assertEquals(router.needsMeaning(request({ model: "a" })), false);
  assertEquals(router.needsMeaning(request({ intent: " \n" })), false);
  assertEquals(router.needsMeaning(request({ kind: "llm/embed" })), false);
  assertEquals(router.needsMeaning(request({ kind: "audio/transcribe" })), false);
});

Deno.test("decide() ranks by nearness to descriptions and examples", () => {
  const { router } = routerOf([]);
  router.setCapabilities([
    {
      capability: capability("fields", { kind: "tool/ask", description: "Crops and fields" }),
      vectors: [axis(0)],
    },
    {
      capability: capability("engines", {
        kind: "tool/ask",
        description: "Engines",
        examples: ["oil change"],
      }),
      vectors: [axis(1), axis(2)],
    },
  ]);
  const decision = router.decide(request({ kind: "tool/ask", intent: "change the oil" }), {
    vector: axis(2, 0, 0.5),
  });
  assertEquals(names(decision), ["engines", "fields"]);
  assertStringIncludes(factor(decision, "meaning").detail, 'cosine 0.87 to its example "oil');
  assertStringIncludes(factor(decision, "meaning", 1).detail, "cosine 0.50 to its description");
});

Deno.test("decide() keeps embeddings in one space whatever the load", () => {
  const embed = { kind: "llm/embed" as const };
  const { router } = routerOf([
    capability("nomic", { ...embed }),
    capability("minilm", { ...embed, backend: "embedded", locality: "embedded" }),
    capability("minilm", { ...embed, node: "n2", locality: "mesh" }),
  ]);
  const free = router.decide(request({ kind: "llm/embed" }));
  assertEquals(free.candidates.map((each) => each.capability.node), ["n1", "n2"]);
  assertEquals(names(free), ["minilm", "minilm"]);
  for (let i = 0; i < 50; i++) router.load.begin("n1/embedded/llm/embed/minilm");
  assertEquals(names(router.decide(request({ kind: "llm/embed" }))), ["minilm", "minilm"]);
});

Deno.test("decide() prefers a strong local model to a weak remote one", () => {
  const { router } = routerOf([
    capability("strong", { profile: profile({}, { qualityTier: 3 }) }),
    capability("weak", {
      node: "n2",
      locality: "mesh",
      profile: profile({}, { qualityTier: 1, parametersB: 1 }),
    }),
  ]);
  const intent = "Explain the causes of the first world war and what historians argue about";
  assertEquals(names(router.decide(request({ intent })))[0], "strong");
});

Deno.test("decide() breaks ties by id, whatever the order of the list", () => {
  const list = ["c", "a", "d", "b"].map((name) => capability(name));
  for (const order of [list, list.toReversed()]) {
    assertEquals(names(routerOf(order).router.decide(request())), ["a", "b", "c", "d"]);
  }
});

Deno.test("decide() takes only vectors of the dimensions that are asked for", () => {
  const { router } = routerOf([
    capability("small", { kind: "llm/embed", features: { dimensions: 384 } }),
    capability("large", { kind: "llm/embed", features: { dimensions: 1024 } }),
  ]);
  const decision = router.decide(
    request({ kind: "llm/embed", required: { dimensions: 1024 } }),
    { explain: true },
  );
  assertEquals(names(decision), ["large"]);
  assertEquals(
    decision.rejected[0]?.reason,
    "needs vectors of 1024 dimensions, small makes 384",
  );
});

Deno.test("decide() answers at most eight candidates unless an explanation is asked for", () => {
  const { router } = routerOf(Array.from({ length: 20 }, (_, i) => capability(`m${i}`)));
  assertEquals(router.decide(request()).candidates.length, 8);
  assertEquals(router.decide(request(), { explain: true }).candidates.length, 20);
});

Deno.test("decide() uses a capability with an open circuit only when there is no other", () => {
  const { router } = routerOf([capability("a"), capability("b")]);
  const [idA, idB] = ["n1/ollama/llm/chat/a", "n1/ollama/llm/chat/b"];
  for (let i = 0; i < 3; i++) {
    router.load.begin(idA);
    router.load.fail(idA);
  }
  const decision = router.decide(request(), { explain: true });
  assertEquals(names(decision), ["b"]);
  assertEquals(decision.rejected[0]?.filter, "health");
  assertStringIncludes(decision.rejected[0]?.reason ?? "", "tried again in 2 s");
  for (let i = 0; i < 3; i++) {
    router.load.begin(idB);
    router.load.fail(idB);
  }
  assertEquals(router.decide(request()).candidates.length, 2);
});

Deno.test("decide() prefers a mended capability less until it has proved itself", () => {
  const { router, clock } = routerOf([capability("a"), capability("b")]);
  for (let i = 0; i < 3; i++) {
    router.load.begin("n1/ollama/llm/chat/a");
    router.load.fail("n1/ollama/llm/chat/a");
  }
  clock.advance(600_000);
  const decision = router.decide(request());
  assertEquals(names(decision), ["b", "a"]);
  assertStringIncludes(factor(decision, "reliability", 1).detail, "circuit half-open");
});

Deno.test("decide() gives every decision its own id and tells how long it took", () => {
  const { router } = routerOf([capability("a")]);
  const [first, second] = [router.decide(request()), router.decide(request())];
  assert(first.id !== second.id);
  assertMatch(first.id, /^dec_/);
  assertEquals(first.decideMs, 0);
});

Deno.test("learn() changes what is chosen among equals, and says so", () => {
  const { router } = routerOf([capability("a"), capability("b")]);
  const decision = router.decide(request());
  assertEquals(names(decision)[0], "a");
  for (let i = 0; i < 3; i++) router.learn({ decision: decision.id, rating: -1 });
  const after = router.decide(request());
  assertEquals(names(after)[0], "b");
  assertMatch(
    factor(after, "experience", 1).detail,
    /outcomes of late for \w+\/easy, on balance -/,
  );
  assertEquals(router.learn({ decision: "dec_unknown", rating: 1 }), false);
});

Deno.test("learn() keeps kinds of intents apart", () => {
  const { router } = routerOf([capability("a"), capability("b")]);
  const decision = router.decide(request({ intent: "Traceback (most recent call last): boom" }));
  for (let i = 0; i < 3; i++) router.learn({ decision: decision.id, rating: -1 });
  const other = router.decide(request({ intent: "Summarise this letter please" }));
  assertEquals(factor(other, "experience").value, 1);
});

Deno.test("decide() weighs what was named without a rival as it does when asked to explain", () => {
  const list = [
    capability("m", { cost: { inputPerMTok: 1, outputPerMTok: 9 } }),
    capability("other"),
  ];
  const asked = request({ model: "m", session: "talk" });
  const told = (explain: boolean) => {
    const { router } = routerOf(list);
    router.load.begin(list[0]!.id);
    const { candidates } = router.decide(asked, { explain });
    return structuredClone(candidates.map(({ score, factors }) => ({ score, factors })));
  };
  assertEquals(told(false), told(true));
});

Deno.test("decide() tells of what was named even when it is gone before somebody asks", () => {
  const { router } = routerOf([capability("other"), capability("m")]);
  const decision = router.decide(request({ model: "m" }));
  router.setCapabilities([]);
  assertEquals(decision.candidates[0]!.capability.name, "m");
  assertEquals(factor(decision, "cost").detail, "free");
});
