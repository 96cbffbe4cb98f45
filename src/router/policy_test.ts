import { assert, assertEquals } from "@std/assert";
import type { RoutePolicy } from "../core/mod.ts";
import { isOpen } from "./policy.ts";
import { capability, request, routerOf } from "./testdata/capabilities.ts";

const fleet = [
  capability("embedded", { locality: "embedded", backend: "embedded" }),
  capability("here", { locality: "machine", tags: ["gpu", "region:de"] }),
  capability("lan", { locality: "network", backend: "vllm", tags: ["gpu"] }),
  capability("peer", { locality: "mesh", node: "n2", tags: ["region:fr", "slow"] }),
  capability("cloud", {
    locality: "cloud",
    backend: "openai",
    tags: ["region:us"],
    cost: { inputPerMTok: 2, outputPerMTok: 8 },
  }),
];

function allowed(policy: RoutePolicy, owner: RoutePolicy = {}): string[] {
  const { router } = routerOf(fleet, { policy: owner });
  return router.decide(request({ policy }), { explain: true }).candidates
    .map((each) => each.capability.name).sort();
}

function reasons(policy: RoutePolicy): string[] {
  const { router } = routerOf(fleet);
  return router.decide(request({ policy }), { explain: true }).rejected
    .map(({ filter, reason }) => `${filter}: ${reason}`);
}

Deno.test("localOnly allows this machine alone", () => {
  assertEquals(allowed({ localOnly: true }), ["embedded", "here"]);
  assertEquals(
    reasons({ localOnly: true })[0],
    "policy: only this machine is allowed, lan is in " +
      "the local network (by the request)",
  );
});

Deno.test("meshOnly keeps the cloud out", () => {
  assertEquals(allowed({ meshOnly: true }), ["embedded", "here", "lan", "peer"]);
});

Deno.test("requireTags wants each of the tags", () => {
  assertEquals(allowed({ requireTags: ["gpu"] }), ["here", "lan"]);
  assertEquals(allowed({ requireTags: ["gpu", "region:de"] }), ["here"]);
});

Deno.test("excludeTags wants none of the tags", () => {
  assertEquals(allowed({ excludeTags: ["gpu", "slow"] }), ["cloud", "embedded"]);
});

Deno.test("backends allows those named, and all when none is", () => {
  assertEquals(allowed({ backends: ["vllm", "openai"] }), ["cloud", "lan"]);
  assertEquals(allowed({ backends: [] }).length, 5);
});

Deno.test("regions wants one of the regions, with or without the prefix", () => {
  assertEquals(allowed({ regions: ["de", "fr"] }), ["here", "peer"]);
  assertEquals(allowed({ regions: ["region:de"] }), ["here"]);
});

Deno.test("decide() under a policy that nothing passes names the policy", () => {
  const { router } = routerOf(fleet);
  const { refusal, rejected } = router.decide(request({ policy: { regions: ["jp"] } }));
  assertEquals(refusal?.code, "no_capability");
  assertEquals(rejected.length, 5);
  assert(refusal?.message.includes("needs one of the regions jp, embedded has none"));
  assert(refusal?.hint.includes("Widen the policy"));
});

Deno.test("maxCostPerMTok bans what costs more, and what costs nobody knows how much", () => {
  assertEquals(allowed({ maxCostPerMTok: 7.99 }).includes("cloud"), false);
  assertEquals(allowed({ maxCostPerMTok: 8 }).includes("cloud"), true);
  assertEquals(allowed({ maxCostPerMTok: NaN }), []);
});

Deno.test("maxLatencyMs bans what is known to be slow", () => {
  const { router } = routerOf([capability("slow"), capability("unknown")]);
  router.load.firstByte("n1/ollama/llm/chat/slow", 900);
  const policy = { maxLatencyMs: 500 };
  const decision = router.decide(request({ policy }), { explain: true });
  assertEquals(decision.candidates.map((each) => each.capability.name), ["unknown"]);
  assertEquals(
    decision.rejected[0]?.reason,
    "the first byte may take 500 ms, slow is expected to take 900 ms (by the request)",
  );
});

Deno.test("a request's policy can't widen the owner's", () => {
  assertEquals(allowed({ localOnly: false, backends: [] }, { localOnly: true }), [
    "embedded",
    "here",
  ]);
  assertEquals(allowed({ backends: ["openai"] }, { backends: ["ollama"] }), []);
  assertEquals(allowed({ maxCostPerMTok: 100 }, { maxCostPerMTok: 1 }).includes("cloud"), false);
});

Deno.test("the owner's policy holds for explicit names, and says whose it is", () => {
  const { router } = routerOf(fleet, { policy: { meshOnly: true } });
  const { refusal } = router.decide(request({ model: "cloud" }));
  assertEquals(
    refusal?.message,
    'None of the 1 capability of the kind llm/chat named "cloud" can serve this: nothing outside ' +
      "the mesh is allowed, cloud is in the cloud (by the owner's policy)",
  );
});

Deno.test("isOpen() is true for a policy that allows everything", () => {
  assert(isOpen({}));
  assert(isOpen({ localOnly: false, requireTags: [], backends: [] }));
  assertEquals(isOpen({ maxCostPerMTok: 0 }), false);
  assertEquals(isOpen({ regions: ["de"] }), false);
});
