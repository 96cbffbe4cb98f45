import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { decodeVector, encodeVector } from "./embedding_format.ts";
import { capability, setUp } from "./fakes_test.ts";

const vector = [0.25, -1.5, 0];

function answer(embedding: unknown) {
  return {
    object: "list",
    data: [{ object: "embedding", index: 0, embedding }],
    model: "all-minilm-l6-v2",
    usage: { prompt_tokens: 3, total_tokens: 3 },
  };
}

Deno.test("createApp() embeds texts and asks the gateway by kind", async () => {
  const { post, gateway } = setUp();
  gateway.answer = () => ({ body: answer(vector) });
  const response = await post("/v1/embeddings", { input: ["a", "b"], user: "u" });
  assertEquals(await response.json(), answer(vector));
  assertEquals(gateway.last.operation, "embeddings");
  assertEquals(gateway.last.body, { input: ["a", "b"], user: "u" });
  assertEquals(gateway.last.route, { kind: "llm/embed", intent: "", required: {}, policy: {} });
});

Deno.test("createApp() gives vectors in the format asked for, whatever the backend knows", async () => {
  const { post, gateway } = setUp();
  const asked: Array<[format: string | undefined, given: unknown, expected: unknown]> = [
    ["base64", vector, encodeVector(vector)],
    ["base64", encodeVector(vector), encodeVector(vector)],
    ["float", vector, vector],
    [undefined, encodeVector(vector), vector],
  ];
  for (const [format, given, expected] of asked) {
    gateway.answer = () => ({ body: answer(given) });
    const response = await post("/v1/embeddings", { input: "a", encoding_format: format });
    assertEquals(await response.json(), answer(expected));
  }
});

Deno.test("createApp() reports a backend that answers no embeddings", async () => {
  const { post, gateway } = setUp();
  for (const body of ["<html>", { data: 5 }, "", "[]", answer("no base 64!")]) {
    gateway.answer = () => ({ body, capability: capability({ name: "e", backend: "vllm" }) });
    const response = await post("/v1/embeddings", { input: "a" });
    const { error } = await response.json();
    assertEquals([response.status, error.code, error.origin], [
      502,
      "backend_invalid_response",
      "backend:vllm",
    ]);
  }
});

Deno.test("createApp() passes a backend's refusal of an embeddings request on", async () => {
  const { post, gateway } = setUp();
  gateway.answer = () => ({ status: 400, body: { error: { message: "too long" } } });
  const response = await post("/v1/embeddings", { input: "a", encoding_format: "base64" });
  assertEquals([response.status, (await response.json()).error.message], [400, "too long"]);
});

Deno.test("createApp() says what is wrong with an embeddings request", async () => {
  const { post, gateway } = setUp();
  const cases: Array<[body: Record<string, unknown>, param: string, message: string]> = [
    [{}, "input", "is missing"],
    [{ input: 5 }, "input", "a text or a list of texts, got the number 5"],
    [{ input: "" }, "input", "empty string"],
    [{ input: [] }, "input", "empty list"],
    [{ input: ["a", 5] }, "input[1]", "must be a text"],
    [{ input: ["a", ""] }, "input[1]", "empty string"],
    [{ input: [1, 2] }, "input", "mean nothing without a model"],
    [{ input: [[1, 2]], model: "auto" }, "input", "mean nothing without a model"],
    [{ input: [[1, "a"]], model: "e" }, "input[0]", "a list of token numbers"],
    [{ input: [1, -2], model: "e" }, "input[1]", "a token number"],
    [{ input: "a", encoding_format: "hex" }, "encoding_format", 'one of "float", "base64"'],
    [{ input: "a", dimensions: 0 }, "dimensions", "a whole number of at least 1"],
    [{ input: "a", dimensions: "384" }, "dimensions", "a whole number"],
    [{ input: "a", model: {} }, "model", "a string"],
  ];
  for (const [body, param, message] of cases) {
    const response = await post("/v1/embeddings", body);
    const { error } = await response.json();
    assertEquals([response.status, error.param], [400, param], JSON.stringify(body));
    assertStringIncludes(error.message, message);
  }
  assertEquals(gateway.requests.length, 0);
});

Deno.test("createApp() leaves tokens and lengths to the model that is named", async () => {
  const { post, gateway } = setUp();
  gateway.answer = () => ({ body: answer(vector) });
  await (await post("/v1/embeddings", { input: [[1, 2], [3]], model: "e5", dimensions: 256 }))
    .text();
  assertEquals(gateway.last.body, { input: [[1, 2], [3]], model: "e5", dimensions: 256 });
  assertEquals(gateway.last.route.required, {});
  await (await post("/v1/embeddings", { input: "a", dimensions: 384 })).text();
  assertEquals(gateway.last.route.required, { dimensions: 384 });
});

Deno.test("encodeVector() and decodeVector() agree on 32 bit floats", () => {
  fc.assert(fc.property(fc.array(fc.float({ noNaN: true })), (numbers) => {
    const back = decodeVector(encodeVector(numbers));
    assertEquals(back.length, numbers.length);
    back.forEach((value, index) => assertAlmostEquals(value, numbers[index] ?? NaN));
  }));
});
