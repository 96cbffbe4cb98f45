import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Capability, Route, RouteRequest } from "../core/mod.ts";
import { resolveConstants } from "./constants.ts";
import { type IndexedRoute, RouteIndex } from "./route_index.ts";
import { axis, capability, request, routerOf } from "./testdata/capabilities.ts";

function route(name: string, at: number, part: Partial<Route> = {}): IndexedRoute {
  return {
    route: {
      name,
      target: { model: "special" },
      utterances: [`${name} one`, `${name} two`],
      ...part,
    },
    vectors: { utterances: [axis(at), axis(at, 15, 0.3)], negative: [] },
  };
}

function fleet() {
  return routerOf([
    capability("general"),
    capability("special"),
    capability("cloudy", {
      locality: "cloud",
      tags: ["billing"],
    }),
  ]);
}

Deno.test("decide() takes a route whose utterances are near, and names them", () => {
  const { router } = fleet();
  router.setRoutes([route("billing", 1), route("refunds", 2)]);
  const decision = router.decide(request(), { vector: axis(1, 3, 0.2) });
  assertEquals(decision.outcome, "route");
  assertEquals(decision.route?.name, "billing");
  assertEquals(decision.candidates.map((each) => each.capability.name), ["special"]);
  assertStringIncludes(decision.route?.evidence[0] ?? "", 'cosine 0.98 to "billing one"');
});

Deno.test("decide() below the threshold goes by meaning and still tells the nearest route", () => {
  const { router } = fleet();
  router.setRoutes([route("billing", 1, { threshold: 0.99 })]);
  const decision = router.decide(request(), { vector: axis(1, 3, 0.2) });
  assertEquals(decision.outcome, "meaning");
  assertEquals(decision.route?.name, "billing");
  assert((decision.route?.score ?? 1) < 0.99);
  assertEquals(decision.candidates.length, 3);
});

Deno.test("decide() does not take a route when a negative utterance is nearer", () => {
  const { router } = fleet();
  const billing = route("billing", 1);
  router.setRoutes([{ ...billing, vectors: { ...billing.vectors, negative: [axis(1, 3, 0.2)] } }]);
  assertEquals(router.decide(request(), { vector: axis(1, 3, 0.2) }).outcome, "meaning");
  assertEquals(router.decide(request(), { vector: axis(1) }).outcome, "route");
});

Deno.test("decide() finds a route by its name, without a vector", () => {
  const { router } = fleet();
  router.setRoutes([route("Billing", 1)]);
  const decision = router.decide(request({ model: "billing" }));
  assertEquals(decision.outcome, "explicit");
  assertEquals(decision.candidates.map((each) => each.capability.name), ["special"]);
  assertEquals(router.needsMeaning(request({ model: "billing" })), false);
});

Deno.test("decide() follows a route to another kind only where the caller left the kind open", () => {
  const { router } = routerOf([capability("chat"), capability("notes", { kind: "memory/search" })]);
  router.setRoutes([route("recall", 1, { target: { kind: "memory/search" } })]);
  const asked = (part: Partial<RouteRequest>) => {
    const { outcome, candidates, request: { kind } } = router.decide(request(part), {
      vector: axis(1),
    });
    return [outcome, kind, candidates[0]?.capability.name];
  };
  assertEquals(asked({}), ["meaning", "llm/chat", "chat"]);
  assertEquals(asked({ isKindOpen: true }), ["route", "memory/search", "notes"]);
  assertEquals(
    asked({ isKindOpen: true, model: "recall" }),
    ["explicit", "memory/search", "notes"],
  );
  const far = router.decide(request({ isKindOpen: true }), { vector: axis(2) });
  assertEquals([far.outcome, far.request.kind], ["meaning", "llm/chat"]);
});

Deno.test("decide() asks the memory for what was noted where the kind is open and one is there", () => {
  const intent = "what did I decide about the backup policy?";
  const chat = capability("chat");
  const notes = capability("notes", { kind: "memory/search" });
  const asked = (capabilities: Capability[], part: Partial<RouteRequest>) => {
    const { candidates, request: { kind, kindReason } } = routerOf(capabilities).router.decide(
      request({ intent, ...part }),
    );
    return [kind, kindReason, ...candidates.map((each) => each.capability.name)];
  };
  const reason = '"what did I decide" asks for what was noted';
  assertEquals(asked([chat, notes], { isKindOpen: true }), ["memory/search", reason, "notes"]);
  assertEquals(asked([chat, notes], {}), ["llm/chat", undefined, "chat"]);
  assertEquals(asked([chat], { isKindOpen: true }), ["llm/chat", undefined, "chat"]);
  assertEquals(asked([chat, notes], { isKindOpen: true, model: "chat" }), [
    "llm/chat",
    undefined,
    "chat",
  ]);
});

Deno.test("decide() leads where each kind of target says", () => {
  const { router } = routerOf([
    capability("chat"),
    capability("tagged", { tags: ["fast"] }),
    capability("far", { node: "n2", nodeName: "box" }),
    capability("mail", { kind: "tool/mail" }),
    capability("planner", { kind: "agent/planner" }),
  ]);
  const targets = {
    "by-tag": [{ tag: "fast" }, "llm/chat", ["tagged"]],
    "by-node": [{ node: "box" }, "llm/chat", ["far"]],
    "by-kind": [{ kind: "llm/chat" }, "llm/chat", ["chat", "tagged", "far"]],
    "by-tool": [{ tool: "mail" }, "tool/mail", ["mail"]],
    "by-agent": [{ agent: "planner" }, "agent/planner", ["planner"]],
  } as const;
  router.setRoutes(
    Object.entries(targets).map(([name, [target]]) => ({
      route: { name, target, utterances: [] },
      vectors: { utterances: [], negative: [] },
    })),
  );
  for (const [model, [, kind, expected]] of Object.entries(targets)) {
    const decision = router.decide(request({ model, kind }));
    assertEquals(
      decision.candidates.map((each) => each.capability.name).sort(),
      [...expected].sort(),
      model,
    );
  }
});

Deno.test("decide() keeps a route's constraints when its target is not there", () => {
  const { router } = fleet();
  router.setRoutes([
    route("private", 1, { target: { model: "gone" }, policy: { localOnly: true } }),
  ]);
  const decision = router.decide(request(), { vector: axis(1), explain: true });
  assertEquals(decision.outcome, "meaning");
  assertEquals(decision.route?.name, "private");
  assertEquals(decision.candidates.map((each) => each.capability.name), ["general", "special"]);
  assertStringIncludes(decision.rejected[0]?.reason ?? "", 'by the route "private"');
});

Deno.test("decide() refuses a route by name whose target is not there, and says so", () => {
  const { router } = fleet();
  router.setRoutes([route("lost", 1, { target: { tag: "nowhere" } })]);
  const { refusal } = router.decide(request({ model: "lost" }));
  assertEquals(refusal?.code, "no_capability");
  assertStringIncludes(refusal?.message ?? "", 'that the route "lost" leads to');
});

Deno.test("decide() asks the learned model when there is one, and takes none for an answer", () => {
  const { router } = fleet();
  router.setRoutes([route("billing", 1), route("refunds", 2)]);
  router.setIntentModel({
    classify: (text) =>
      text === "nothing"
        ? [{ route: "none", score: 0.9, evidence: [] }]
        : [{ route: "refunds", score: 0.8, evidence: ["money back"] }],
  });
  assertEquals(router.decide(request({ intent: "x" })).route, {
    name: "refunds",
    score: 0.8,
    threshold: 0.55,
    evidence: ["money back"],
  });
  assertEquals(router.decide(request({ intent: "nothing" }), { vector: axis(1) }).route, undefined);
  router.setIntentModel(undefined);
  assertEquals(router.decide(request(), { vector: axis(1) }).route?.name, "billing");
});

Deno.test("nearest() has a stable answer for two routes with the same utterance", () => {
  const routes = new RouteIndex([route("b", 1), route("a", 1)], resolveConstants());
  assertEquals(routes.nearest(axis(1))?.route, "b");
  assertEquals(routes.nearest(axis(1))?.route, "b");
});

Deno.test("nearest() finds the same among many routes as among few", () => {
  const many = Array.from({ length: 200 }, (_, i) => route(`r${i}`, i === 170 ? 11 : i % 11));
  const vector = axis(11, 4, 0.2);
  const all = new RouteIndex(many, resolveConstants({ routeShortlist: 1000 }));
  const few = new RouteIndex(many, resolveConstants({ routeShortlist: 40 }));
  assertEquals(few.nearest(vector)?.route, "r170");
  assertEquals(few.nearest(vector), all.nearest(vector));
});

Deno.test("nearest() is undefined without anything to compare", () => {
  const constants = resolveConstants();
  assertEquals(new RouteIndex([], constants).nearest(axis(1)), undefined);
  const bare: IndexedRoute = {
    route: { name: "bare", target: { model: "x" }, utterances: [] },
    vectors: { utterances: [], negative: [] },
  };
  assertEquals(new RouteIndex([bare], constants).nearest(axis(1)), undefined);
  assertEquals(new RouteIndex([bare, route("a", 2)], constants).nearest(axis(2))?.route, "a");
  assertEquals(new RouteIndex([route("a", 2)], constants).nearest(new Float32Array(3)), undefined);
  assertEquals(new RouteIndex([route("a", 2)], constants).nearest(undefined), undefined);
});
