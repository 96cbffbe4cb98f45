import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AtmosphereError, BackendError, errorCodes } from "../core/mod.ts";
import { openaiError, problem } from "./error_response.ts";
import { setUp, userMessage } from "./fakes_test.ts";

const chat = { messages: [userMessage] };

Deno.test("errorResponse() gives OpenAI's clients what they read, and who failed", async () => {
  const { post, gateway } = setUp();
  gateway.answer = () => {
    throw new BackendError("rate_limited", "groq asks to wait", {
      origin: "backend:groq",
      retryAfterSeconds: 2.2,
      cause: new Error("sk-secretsecret upstream said no"),
    });
  };
  const response = await post("/v1/chat/completions", chat, {
    headers: { "x-request-id": "mine-1" },
  });
  assertEquals([response.status, response.headers.get("retry-after")], [429, "3"]);
  assertEquals(response.headers.get("x-request-id"), "mine-1");
  assertEquals(await response.json(), {
    error: {
      message: "groq asks to wait",
      type: "rate_limit_error",
      code: "rate_limited",
      param: null,
      origin: "backend:groq",
      request_id: "mine-1",
    },
  });
});

Deno.test("errorResponse() tells OpenAI's clients not to retry what can't be served", async () => {
  const { post, gateway } = setUp();
  gateway.answer = () => {
    throw new AtmosphereError("no_capability", "Nothing can chat", { hint: "Start Ollama" });
  };
  const response = await post("/v1/chat/completions", chat);
  assertEquals([response.status, response.headers.get("x-should-retry")], [503, "false"]);
  assertEquals((await response.json()).error.hint, "Start Ollama");
});

Deno.test("errorResponse() hides what it does not know, and logs it under the same id", async () => {
  const { post, gateway, log } = setUp();
  gateway.answer = () => {
    throw new TypeError("secret inner state");
  };
  const response = await post("/v1/chat/completions", chat);
  const body = await response.json();
  assertEquals([response.status, body.error.code], [500, "internal"]);
  assertEquals(JSON.stringify(body).includes("secret inner state"), false);
  assertMatch(body.error.request_id, /^req_/);
  const [line = ""] = log;
  assertStringIncludes(line, body.error.request_id);
  assertStringIncludes(line, "secret inner state");
});

Deno.test("errorResponse() ignores request ids that are no plain names", async () => {
  const { call } = setUp();
  for (const id of ["a b", "x".repeat(65), 'a"b']) {
    const response = await call("/v1/models", { headers: { "x-request-id": id } });
    await response.body?.cancel();
    assertMatch(response.headers.get("x-request-id") ?? "", /^req_/);
  }
});

Deno.test("problem() and openaiError() give every code a status and a title", () => {
  for (const code of Object.keys(errorCodes) as Array<keyof typeof errorCodes>) {
    const error = new AtmosphereError(code, "It failed", { param: "x", details: { a: 1 } });
    const native = problem(error, "req_1");
    assertEquals([native.status, native.title === "Error"], [errorCodes[code].status, false]);
    assertEquals([native.param, native.details], ["x", { a: 1 }]);
    assertEquals(openaiError(error, "req_1").error.type.endsWith("_error"), true);
  }
});
