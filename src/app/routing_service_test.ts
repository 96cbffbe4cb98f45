import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ManualClock, silentLogger } from "../core/mod.ts";
import { createRouter } from "../router/mod.ts";
import { FakeEmbedder } from "./routes/testdata/fake_embedder.ts";
import { RoutingService } from "./routing_service.ts";
import { capability, request } from "../router/testdata/capabilities.ts";

function service(embedder = new FakeEmbedder(), onVector: (vector: unknown) => void = () => {}) {
  const router = createRouter({
    settings: { preference: "balanced", constants: {}, policy: {} },
    clock: new ManualClock(1_700_000_000_000),
    nodeId: "n1",
  });
  const decide = router.decide.bind(router);
  router.decide = (asked, context = {}) => {
    onVector(context.vector);
    return decide(asked, context);
  };
  const routing = new RoutingService({
    router,
    embedder,
    logger: silentLogger,
    cacheEntries: 10,
  });
  routing.setCapabilities([capability("chat"), capability("special")]);
  return routing;
}

Deno.test("RoutingService decides only when routes that changed are learned, known intents too", async () => {
  const routing = service();
  const intent = "what is the weather";
  assertEquals((await routing.decide(request({ intent }))).outcome, "meaning");

  const learned = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  routing.setRouteLearner(async () => {
    asked.resolve();
    await learned.promise;
    return {
      classifier: { classify: () => [{ route: "weather", score: 1, evidence: [] }] },
      compare: false,
    };
  });
  routing.setRoutes([{ name: "weather", target: { model: "special" }, utterances: ["rain"] }]);
  await asked.promise; // The engine is there, so learning has begun by itself.
  const decisions = Promise.all(
    [intent, "will it rain"].map((intent) => routing.decide(request({ intent }))),
  );
  learned.resolve();
  assertEquals(
    (await decisions).map(({ outcome, candidates }) => [outcome, candidates[0]?.capability.name]),
    [["route", "special"], ["route", "special"]],
  );
});

Deno.test("RoutingService gives the learned routes the second vector, also of a known intent", async () => {
  const routing = service(new FakeEmbedder("fake", { views: true }));
  const lengths: (number | undefined)[] = [];
  routing.setRouteLearner(() =>
    Promise.resolve({
      classifier: {
        classify: (_, features) => {
          lengths.push(features?.length);
          return [{ route: "weather", score: 1, evidence: [] }];
        },
      },
      compare: false,
    })
  );
  routing.setRoutes([{ name: "weather", target: { model: "special" }, utterances: ["rain"] }]);
  const intent = "will it rain";
  const ways = [];
  for (const asked of [intent, intent, "Will it rain?"]) {
    ways.push((await routing.decide(request({ intent: asked }))).embedding);
  }
  assertEquals(ways, ["computed", "cache", "near-duplicate"]);
  assertEquals(lengths, [64, 64, 64]);
});

Deno.test("RoutingService gives a known intent's vector as the object by which its reading is kept", async () => {
  const seen: unknown[] = [];
  const embedder = new FakeEmbedder("fake", { views: true });
  const routing = service(embedder, (vector) => seen.push(vector));
  for (let i = 0; i < 3; i++) await routing.decide(request({ intent: "will it rain" }));
  assert(seen[0] instanceof Float32Array);
  assertStrictEquals(seen[1], seen[0]);
  assertStrictEquals(seen[2], seen[0]);
});
