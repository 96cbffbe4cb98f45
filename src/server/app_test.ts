import { assertEquals, assertMatch } from "@std/assert";
import { setUp, token, userMessage } from "./fakes_test.ts";

Deno.test("createApp() serves a chat completion and names the decision in headers", async () => {
  const { post, gateway } = setUp();
  const response = await post("/v1/chat/completions", { model: "auto", messages: [userMessage] });
  assertEquals(response.status, 200);
  assertEquals((await response.json()).object, "chat.completion");
  const names = ["node", "decision", "model", "backend", "outcome", "attempts"];
  assertEquals(names.map((name) => response.headers.get(`x-atmosphere-${name}`)), [
    "node1",
    "dec_test",
    "llama3.2:3b",
    "ollama",
    "explicit",
    "1",
  ]);
  assertMatch(response.headers.get("x-request-id") ?? "", /^req_/);
  assertEquals(gateway.last.operation, "chat/completions");
  assertEquals(gateway.last.route.intent, userMessage.content);
});

Deno.test("createApp() answers health, readiness and the state of the node", async () => {
  const { call } = setUp({ ready: () => false });
  const health = await call("/health");
  assertEquals([health.status, health.headers.get("x-atmosphere-node")], [200, "node1"]);
  assertEquals((await health.json()).status, "ok");
  const ready = await call("/ready");
  assertEquals([ready.status, ready.headers.get("retry-after")], [503, "1"]);
  await ready.body?.cancel();
  assertEquals((await (await call("/atmosphere/v1/node")).json()).name, "desk");
});

Deno.test("createApp() lets only the token's holder change the node", async () => {
  const { post, node } = setUp();
  const refused = await post("/atmosphere/v1/refresh", {});
  assertEquals(refused.status, 401);
  assertEquals((await refused.json()).code, "unauthorized");
  assertEquals(node.refreshes, 0);
  const allowed = await post("/atmosphere/v1/refresh", {}, {
    headers: { authorization: `Bearer ${token}` },
  });
  assertEquals(await allowed.json(), { data: [] });
  assertEquals(node.refreshes, 1);
});
