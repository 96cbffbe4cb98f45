import { assert, assertEquals } from "@std/assert";
import { type Capability, ManualClock, type RouteRequest } from "../core/mod.ts";
import { createRouter, type Router, type RouterSettings } from "./mod.ts";

function capability(name: string, part: Partial<Capability> = {}): Capability {
  return {
    id: `n1/ollama/llm/chat/${name}`,
    node: "n1",
    nodeName: "laptop",
    backend: "ollama",
    engine: "ollama",
    kind: "llm/chat",
    name,
    upstreamName: name,
    description: "",
    examples: [],
    tags: [],
    features: {},
    cost: { inputPerMTok: 0, outputPerMTok: 0 },
    locality: "machine",
    ...part,
  };
}

function router(
  capabilities: readonly Capability[],
  settings: Partial<RouterSettings> = {},
): Router {
  const made = createRouter({
    settings: { preference: "balanced", constants: {}, policy: {}, ...settings },
    clock: new ManualClock(),
    nodeId: "n1",
    random: () => 0.5,
  });
  made.setCapabilities(capabilities.map((c) => ({ capability: c, vectors: [] })));
  return made;
}

function request(part: Partial<RouteRequest> = {}): RouteRequest {
  return { kind: "llm/chat", intent: "hello", required: {}, policy: {}, ...part };
}

Deno.test("decide() finds a named model in every way of writing it", () => {
  const made = router([capability("llama3.2:latest"), capability("qwen2.5:7b")]);
  for (
    const model of [
      "llama3.2:latest",
      "llama3.2",
      "LLAMA3.2",
      "ollama/llama3.2",
      "laptop/llama3.2:latest",
      "n1/ollama/llama3.2",
    ]
  ) {
    const decision = made.decide(request({ model }));
    assertEquals(decision.outcome, "explicit", model);
    assertEquals(decision.candidates.map((c) => c.capability.name), ["llama3.2:latest"], model);
    assertEquals(decision.embedding, "none");
  }
});

Deno.test("decide() refuses an unknown name and suggests near ones", () => {
  const decision = router([capability("llama3.2:3b")]).decide(request({ model: "lama3.2:3b" }));
  assertEquals(decision.outcome, "refused");
  assertEquals(decision.refusal?.code, "model_not_found");
  assertEquals(decision.refusal?.suggestions, ["llama3.2:3b"]);
});

Deno.test("decide() without a vector says so and still answers", () => {
  const made = router([capability("a"), capability("b")]);
  const decision = made.decide(request());
  assertEquals(decision.embedding, "unavailable");
  assertEquals(decision.outcome, "meaning");
  assert(decision.candidates.length === 2);
});
