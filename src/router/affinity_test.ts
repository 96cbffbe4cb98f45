import { assertEquals, assertStringIncludes } from "@std/assert";
import { capability, profile, request, routerOf } from "./testdata/capabilities.ts";

const poem = "write a poem about the sea";
const bug = "Traceback (most recent call last): ValueError: bad input";

function twoModels() {
  return routerOf([
    capability("coder", { profile: profile({ code: 0.6 }) }),
    capability("general", { profile: profile({ writing: 0.7, code: 0.43 }) }),
  ]);
}

Deno.test("decide() keeps a conversation where it is when another is only a little better", () => {
  const { router } = twoModels();
  const first = router.decide(request({ intent: bug, session: "s1" }));
  assertEquals(first.candidates[0]?.capability.name, "coder");
  const neutral = "and then what?";
  const alone = router.decide(request({ intent: neutral }));
  assertEquals(alone.candidates[0]?.capability.name, "general");
  assertEquals(alone.outcome, "meaning");
  const stays = router.decide(request({ intent: neutral, session: "s1" }));
  assertEquals(stays.candidates[0]?.capability.name, "coder");
  assertEquals(stays.outcome, "affinity");
  const factor = stays.candidates[0]?.factors.find((each) => each.name === "affinity");
  assertStringIncludes(factor?.detail ?? "", "served here last");
});

Deno.test("decide() leaves a conversation's place when another is clearly better", () => {
  const { router } = twoModels();
  router.decide(request({ intent: poem, session: "s1" }));
  const moved = router.decide(request({ intent: bug, session: "s1" }));
  assertEquals(moved.candidates[0]?.capability.name, "coder");
  assertEquals(moved.outcome, "meaning");
});

Deno.test("decide() forgets a conversation after the time in the table", () => {
  const { router, clock } = twoModels();
  router.decide(request({ intent: bug, session: "s1" }));
  clock.advance(31 * 60_000);
  const later = router.decide(request({ intent: "and then what?", session: "s1" }));
  assertEquals(later.candidates[0]?.capability.name, "general");
});

Deno.test("served() moves a conversation to who really answered", () => {
  const { router } = twoModels();
  const ask = request({ intent: "and then what?", session: "s1" });
  router.decide(ask);
  router.served(ask, "n1/ollama/llm/chat/coder");
  assertEquals(router.decide(ask).candidates[0]?.capability.name, "coder");
});

Deno.test("decide() never lets affinity pass a filter", () => {
  const { router } = routerOf([
    capability("blind", { features: { vision: false } }),
    capability("seeing", { features: { vision: true } }),
  ]);
  router.decide(request({ session: "s1" }));
  const decision = router.decide(request({ session: "s1", required: { vision: true } }));
  assertEquals(decision.candidates.map((each) => each.capability.name), ["seeing"]);
});

Deno.test("decide() does not flap between near ties", () => {
  const { router } = routerOf([capability("a"), capability("b")]);
  const idA = "n1/ollama/llm/chat/a";
  const idB = "n1/ollama/llm/chat/b";
  router.load.begin(idA);
  router.load.firstByte(idA, 1000);
  router.load.end(idA, { totalMs: 1000 });
  router.load.begin(idB);
  router.load.firstByte(idB, 900);
  router.load.end(idB, { totalMs: 900 });
  assertEquals(router.decide(request()).candidates[0]?.capability.name, "b");
  // Now a is faster by as little as the noise of a measurement.
  router.load.begin(idA);
  router.load.firstByte(idA, 600);
  router.load.end(idA, { totalMs: 600 });
  assertEquals(router.decide(request()).candidates[0]?.capability.name, "b");
  for (let i = 0; i < 10; i++) {
    router.load.begin(idB);
    router.load.firstByte(idB, 4000);
    router.load.end(idB, { totalMs: 4000 });
  }
  assertEquals(router.decide(request()).candidates[0]?.capability.name, "a");
});

Deno.test("decide() with an explanation leaves no trace", () => {
  const { router } = twoModels();
  router.decide(request({ intent: bug, session: "s1" }), { explain: true });
  const next = router.decide(request({ intent: "and then what?", session: "s1" }));
  assertEquals(next.candidates[0]?.capability.name, "general");
});

Deno.test("decide() remembers only so many conversations", () => {
  const { router } = routerOf(
    [
      capability("coder", { profile: profile({ code: 0.6 }) }),
      capability("general", { profile: profile({ writing: 0.7, code: 0.43 }) }),
    ],
    { constants: { affinitySessions: 2 } },
  );
  for (const session of ["s1", "s2", "s3"]) router.decide(request({ intent: bug, session }));
  const ask = (session: string) =>
    router.decide(request({ intent: "and then what?", session }), { explain: true })
      .candidates[0]?.capability.name;
  assertEquals(ask("s1"), "general");
  assertEquals(ask("s3"), "coder");
});
