import { assertEquals, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import type { RouteQuery } from "../core/mod.ts";
import { capability, setUp, token } from "./fakes_test.ts";

Deno.test("createApp() lists models once a name, with auto where something can chat", async () => {
  const { call, node } = setUp();
  node.capabilityList.push(
    capability({ name: "llama3.2:3b", backend: "lmstudio" }),
    capability({ name: "grep", kind: "tool/grep" }),
  );
  const { object, data } = await (await call("/v1/models")).json();
  assertEquals(object, "list");
  assertEquals(data.map((model: { id: string }) => model.id), [
    "auto",
    "llama3.2:3b",
    "Qwen/Qwen2.5-Coder:7b",
    "all-minilm-l6-v2",
  ]);
  assertEquals([data[1].owned_by, data[1].atmosphere.backends], ["ollama", ["ollama", "lmstudio"]]);
  node.capabilityList = [];
  assertEquals((await (await call("/v1/models")).json()).data, []);
});

Deno.test("createApp() finds a model by its id, encoded or not, and by its backend", async () => {
  const { call } = setUp();
  const paths = [
    "Qwen/Qwen2.5-Coder:7b",
    "Qwen%2FQwen2.5-Coder%3A7b",
    "vllm/Qwen/Qwen2.5-Coder:7b",
    "desk%2Fllama3.2:3b",
    "auto",
  ];
  for (const path of paths) {
    const model = await (await call(`/v1/models/${path}`)).json();
    assertEquals([model.object, model.id], ["model", decodeURIComponent(path)]);
  }
});

Deno.test("createApp() suggests near names for a model that it does not have", async () => {
  const { call } = setUp();
  const response = await call("/v1/models/lama3.2:3b");
  const { error } = await response.json();
  assertEquals([response.status, error.code], [404, "model_not_found"]);
  assertEquals(error.details.suggestions, ["llama3.2:3b"]);
  assertStringIncludes(error.message, '"lama3.2:3b"');
  assertEquals((await (await call("/v1/models/x%F0%9F")).json()).error.code, "invalid_request");
});

Deno.test("createApp() lists capabilities, all or of a kind", async () => {
  const { call } = setUp();
  const names = async (query: string) =>
    (await (await call(`/atmosphere/v1/capabilities${query}`)).json()).data.map((
      c: { name: string },
    ) => c.name);
  assertEquals((await names("")).length, 3);
  assertEquals(await names("?kind=llm%2Fembed"), ["all-minilm-l6-v2"]);
  assertEquals(await names("?kind=tool/grep"), []);
  const wrong = await call("/atmosphere/v1/capabilities?kind=llm");
  const problem = await wrong.json();
  assertEquals([wrong.status, problem.code, problem.param], [400, "invalid_request", "kind"]);
});

Deno.test("createApp() asks the router without a token", async () => {
  const { post, node } = setUp();
  const query: RouteQuery = {
    intent: "write code",
    kind: "llm/chat",
    required: { tools: true, contextTokens: 0 },
    policy: { localOnly: true },
    preference: "quality",
    explain: true,
  };
  const decision = await (await post("/atmosphere/v1/route", query)).json();
  assertEquals(decision.id, "dec_test");
  assertEquals(node.queries, [query]);
});

Deno.test("createApp() says what is wrong with a question to the router", async () => {
  const { post, node } = setUp();
  const cases: Array<[body: Record<string, unknown>, param: string]> = [
    [{}, "intent"],
    [{ intent: 5 }, "intent"],
    [{ intent: "x", kind: "chat" }, "kind"],
    [{ intent: "x", required: [] }, "required"],
    [{ intent: "x", required: { tools: "yes" } }, "required.tools"],
    [{ intent: "x", policy: { local: true } }, "policy.local"],
    [{ intent: "x", preference: "best" }, "preference"],
    [{ intent: "x", explain: 1 }, "explain"],
  ];
  for (const [body, param] of cases) {
    const problem = await (await post("/atmosphere/v1/route", body)).json();
    assertEquals([problem.status, problem.param], [400, param]);
    assertEquals(problem.type, "urn:atmosphere:error:invalid_request");
  }
  assertEquals(node.queries, []);
});

Deno.test("createApp() serves groups of other rooms behind the same guard", async () => {
  const app = new Hono();
  app.get("/items/:id", (c) => c.json({ id: c.req.param("id") }));
  app.post("/search", (c) => c.json({ found: [] }));
  app.post("/items", (c) => c.json({ added: 1 }));
  app.get("/broken", () => {
    throw new Error("inner");
  });
  const prefix = "/atmosphere/v1/memory";
  const group = { prefix, app, reading: [`${prefix}/search`] };
  const { call, post } = setUp({ groups: [group] });

  assertEquals(await (await call(`${prefix}/items/7`)).json(), { id: "7" });
  assertEquals(await (await post(`${prefix}/search`, {})).json(), { found: [] });
  assertEquals((await (await post(`${prefix}/items`, {})).json()).code, "unauthorized");
  const headers = { "x-api-key": token };
  assertEquals(await (await post(`${prefix}/items`, {}, { headers })).json(), { added: 1 });
  const foreign = await call(`${prefix}/items/7`, { headers: { origin: "http://evil.example" } });
  assertEquals((await foreign.json()).code, "origin_not_allowed");
  const wrong = await call(`${prefix}/search`, { headers });
  assertEquals((await wrong.json()).code, "method_not_allowed");
  assertEquals(wrong.headers.get("allow"), "POST, OPTIONS");
  assertEquals((await (await call(`${prefix}/nothing`)).json()).code, "not_found");
  assertEquals((await (await call(`${prefix}/broken`)).json()).code, "internal");
});
