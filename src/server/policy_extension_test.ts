import { assertEquals, assertThrows } from "@std/assert";
import { AtmosphereError } from "../core/mod.ts";
import { readExtension } from "./policy_extension.ts";

function read(extension: unknown, headers: Record<string, string> = {}) {
  return readExtension({ atmosphere: extension }, new Headers(headers));
}

Deno.test("readExtension() reads policy, preference and session from the body", () => {
  const policy = { localOnly: true, requireTags: ["eu"], maxCostPerMTok: 0.5 };
  assertEquals(read({ policy, preference: "quality", session: "s1" }), {
    policy,
    preference: "quality",
    session: "s1",
  });
  assertEquals(read(undefined), { policy: {} });
  assertEquals(read(null), { policy: {} });
});

Deno.test("readExtension() reads the same from headers", () => {
  const headers = {
    "x-atmosphere-policy": "local-only, exclude-tag=slow,exclude-tag = beta , backend=ollama, " +
      "region=eu, max-cost=1.5, max-latency=800, require-tag=a=b",
    "x-atmosphere-preference": "cost",
    "x-atmosphere-session": "s2",
  };
  assertEquals(read(undefined, headers), {
    policy: {
      localOnly: true,
      excludeTags: ["slow", "beta"],
      backends: ["ollama"],
      regions: ["eu"],
      maxCostPerMTok: 1.5,
      maxLatencyMs: 800,
      requireTags: ["a=b"],
    },
    preference: "cost",
    session: "s2",
  });
});

Deno.test("readExtension() lets neither header nor body widen the other", () => {
  const both = read({
    policy: {
      localOnly: false,
      maxCostPerMTok: 9,
      backends: ["ollama", "vllm"],
      excludeTags: ["b"],
    },
    preference: "quality",
  }, {
    "x-atmosphere-policy": "local-only,max-cost=1,backend=vllm,backend=groq,exclude-tag=a",
    "x-atmosphere-preference": "cost",
  });
  assertEquals(both, {
    policy: { localOnly: true, maxCostPerMTok: 1, backends: ["vllm"], excludeTags: ["a", "b"] },
    preference: "quality",
  });
  const error = assertThrows(
    () => read({ policy: { backends: ["ollama"] } }, { "x-atmosphere-policy": "backend=vllm" }),
    AtmosphereError,
    "none of their backends in common",
  );
  assertEquals(error.code, "invalid_request");
});

Deno.test("readExtension() ignores nothing that it does not know", () => {
  const cases: Array<[extension: unknown, headers: Record<string, string>, param: string]> = [
    [{ policy: { local_only: true } }, {}, "atmosphere.policy.local_only"],
    [{ policy: { localOnly: "yes" } }, {}, "atmosphere.policy.localOnly"],
    [{ policy: { requireTags: ["a", 1] } }, {}, "atmosphere.policy.requireTags[1]"],
    [{ policy: { maxLatencyMs: -1 } }, {}, "atmosphere.policy.maxLatencyMs"],
    [{ policy: [] }, {}, "atmosphere.policy"],
    [{ preference: "fast" }, {}, "atmosphere.preference"],
    [{ session: 5 }, {}, "atmosphere.session"],
    [undefined, { "x-atmosphere-policy": "localonly" }, "x-atmosphere-policy"],
    [undefined, { "x-atmosphere-policy": "local-only=no" }, "x-atmosphere-policy"],
    [undefined, { "x-atmosphere-policy": "backend=" }, "x-atmosphere-policy"],
    [undefined, { "x-atmosphere-policy": "max-cost=much" }, "x-atmosphere-policy"],
    [undefined, { "x-atmosphere-preference": "best" }, "x-atmosphere-preference"],
  ];
  for (const [extension, headers, param] of cases) {
    const error = assertThrows(() => read(extension, headers), AtmosphereError);
    assertEquals([error.code, error.param], ["invalid_request", param]);
  }
});
