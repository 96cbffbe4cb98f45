import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { mergeUtterances, routeNameOf } from "./routes_merge.ts";

const options = {
  routes: [],
  outOfScope: [],
  elsewhere: [],
  target: { kind: "llm/chat" },
  foreign: "none",
} as const;

Deno.test("routeNameOf() makes a name of any label", () => {
  assertEquals(routeNameOf("reverted_card_payment?"), "reverted_card_payment");
  assertEquals(routeNameOf(" what's up "), "what_s_up");
  assertMatch(routeNameOf("日本"), /^route-[0-9a-z]+$/);
  assertNotEquals(routeNameOf("日本"), routeNameOf("中国"));
  assertEquals(routeNameOf("ok.name-1"), "ok.name-1");
});

Deno.test("mergeUtterances() makes routes, skips what is there, tells conflicts", () => {
  const first = mergeUtterances([
    { text: "add two", label: "sums" },
    { text: "add two", label: "sums" },
    { text: "Add Two", label: "maths" },
    { text: "sing", label: "songs?" },
    { text: "hello", label: "none" },
  ], options);
  assertEquals(first.routes, [
    { name: "sums", target: { kind: "llm/chat" }, utterances: ["add two"] },
    { name: "songs", target: { kind: "llm/chat" }, utterances: ["sing"] },
  ]);
  assertEquals(first.outOfScope, ["hello"]);
  assertEquals([first.added, first.known], [3, 1]);
  assertEquals(first.conflicting, [{ text: "Add Two", label: "maths" }]);
});

Deno.test("mergeUtterances() keeps what a route has and adds to it", () => {
  const route = {
    name: "sums",
    target: { model: "m" },
    utterances: ["one and one"],
    threshold: 0.3,
  };
  const elsewhere = [{ name: "other", target: { model: "m" }, utterances: ["taken"] }];
  const merged = mergeUtterances(
    [{ text: "add two", label: "sums" }, { text: "taken", label: "sums" }],
    { ...options, routes: [route], elsewhere },
  );
  assertEquals(merged.routes, [{ ...route, utterances: ["one and one", "add two"] }]);
  assertEquals(merged.conflicting, [{ text: "taken", label: "sums" }]);
});
