import { assertEquals, assertThrows } from "@std/assert";
import { AtmosphereError } from "../core/mod.ts";
import { parseChat, parseCompletion } from "./chat_request.ts";
import { setUp, userMessage } from "./fakes_test.ts";

function parse(body: Record<string, unknown>, headers: Record<string, string> = {}) {
  const text = JSON.stringify(body);
  const sizeBytes = new TextEncoder().encode(text).length;
  return parseChat({ value: body, textLength: text.length, sizeBytes }, new Headers(headers));
}

function user(content: unknown) {
  return { role: "user", content };
}

Deno.test("parseChat() passes everything that is not its own untouched", async () => {
  const { post, gateway } = setUp();
  const body = {
    model: "llama3.2:3b",
    messages: [userMessage, { role: "tool", tool_call_id: "x", content: null, extra: 1 }],
    tools: [{ type: "function", function: { name: "f", parameters: { a: [1, 2] } } }],
    min_p: 0.1,
    logit_bias: { "50256": -100 },
    metadata: null,
    provider: { order: ["a"] },
  };
  const response = await post("/v1/chat/completions", { ...body, atmosphere: { session: "s" } });
  await response.body?.cancel();
  assertEquals(gateway.last.body, body);
  assertEquals(gateway.last.route.model, "llama3.2:3b");
});

Deno.test("parseChat() finds what the answer must support", () => {
  const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
  const sound = { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } };
  const tools = [{ type: "function", function: { name: "f" } }];
  const cases: Array<[body: Record<string, unknown>, features: string[]]> = [
    [{}, []],
    [{ tools }, ["tools"]],
    [{ tools: [] }, []],
    [{ tools, tool_choice: "none" }, []],
    [{ functions: [{ name: "f" }] }, ["tools"]],
    [{ messages: [user([{ type: "text", text: "look" }, image])] }, ["vision"]],
    [{ messages: [user([sound])] }, ["audio"]],
    [{ modalities: ["text", "audio"] }, ["audio"]],
    [{ response_format: { type: "json_schema", json_schema: {} } }, ["json"]],
    [{ response_format: { type: "json_object" } }, ["json"]],
    [{ response_format: { type: "text" } }, []],
    [{ response_format: null, tools: null, stream: null, max_tokens: null }, []],
  ];
  for (const [body, features] of cases) {
    const { contextTokens: _, ...found } =
      parse({ messages: [userMessage], ...body }).route.required;
    assertEquals(Object.keys(found), features, JSON.stringify(body));
  }
});

Deno.test("parseChat() estimates the context from text alone, and adds the answer", () => {
  const needs = (body: Record<string, unknown>) =>
    parse({ messages: [userMessage], ...body }).route.required.contextTokens ?? 0;
  const plain = needs({});
  assertEquals(plain > 10 && plain < 40, true, String(plain));
  assertEquals(needs({ max_tokens: 1_000 }) - plain > 1_000, true);
  assertEquals(needs({ max_completion_tokens: 500, max_tokens: 9_000 }) < 600, true);
  const url = `data:image/png;base64,${"A".repeat(1_000_000)}`;
  const image = needs({ messages: [user([{ type: "image_url", image_url: { url } }])] });
  assertEquals(image > 800 && image < 900, true, String(image));
  const chinese = needs({ messages: [user("编写一个解析日期的函数".repeat(100))] });
  assertEquals(chinese > 1_100 && chinese < 1_300, true, String(chinese));
});

Deno.test("parseChat() names the field that is wrong and what was expected", () => {
  const cases: Array<[body: Record<string, unknown>, param: string, message: string]> = [
    [{ messages: undefined }, "messages", '"messages" is missing, expected an array of messages'],
    [{ messages: "hi" }, "messages", "must be an array of messages, got the string"],
    [{ messages: {} }, "messages", "got an object"],
    [{ messages: [] }, "messages", "is empty"],
    [{ messages: ["hi"] }, "messages[0]", "must be an object"],
    [{ messages: [userMessage, { content: "x" }] }, "messages[1].role", "is missing"],
    [{ messages: [user(5)] }, "messages[0].content", "a text or a list of parts"],
    [{ messages: [user(["x"])] }, "messages[0].content[0]", "an object"],
    [{ messages: [user([{}])] }, "messages[0].content[0].type", "is missing"],
    [{ messages: [user([{ type: "text" }])] }, "messages[0].content[0].text", "a string"],
    [
      { messages: [user([{ type: "image_url", image_url: {} }])] },
      "messages[0].content[0].image_url.url",
      "a string",
    ],
    [{ model: 3 }, "model", "a string, got the number 3"],
    [{ model: [] }, "model", "got an empty array"],
    [{ stream: "true" }, "stream", "true or false"],
    [{ tools: {} }, "tools", "an array"],
    [{ response_format: "json" }, "response_format", "an object"],
    [{ response_format: {} }, "response_format.type", "is missing"],
    [{ temperature: "hot" }, "temperature", "a number"],
    [{ temperature: -1 }, "temperature", "at least 0"],
    [{ max_tokens: 1.5 }, "max_tokens", "a whole number"],
    [{ max_tokens: -1 }, "max_tokens", "at least 0"],
    [{ n: 0 }, "n", "at least 1"],
    [{ atmosphere: [] }, "atmosphere", "an object"],
    [{ atmosphere: { localOnly: true } }, "atmosphere.localOnly", "has no field"],
  ];
  for (const [body, param, message] of cases) {
    const error = assertThrows(
      () => parse({ messages: [userMessage], ...body }),
      AtmosphereError,
      message,
    );
    assertEquals([error.code, error.param], ["invalid_request", param]);
  }
});

Deno.test("parseChat() survives a body of a million messages", () => {
  const messages = Array.from({ length: 1_000_000 }, () => ({ role: "assistant", content: "x" }));
  assertEquals(parse({ messages }).route.intent, "x");
});

Deno.test("parseCompletion() takes a text or several, and no tokens", () => {
  const complete = (prompt: unknown) =>
    parseCompletion({ value: { prompt }, textLength: 20, sizeBytes: 20 }, new Headers());
  assertEquals(complete("Once upon").route.intent, "Once upon");
  assertEquals(complete(["a", "b"]).route.intent, "a\nb");
  for (const prompt of [undefined, 5, [], [1, 2], [[1]]]) {
    assertThrows(() => complete(prompt), AtmosphereError, "prompt");
  }
});
