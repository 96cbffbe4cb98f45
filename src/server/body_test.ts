import { assertEquals, assertStringIncludes } from "@std/assert";
import { setUp, userMessage } from "./fakes_test.ts";

async function refusal(body: string): Promise<{ status: number; code: string; message: string }> {
  const response = await setUp().post("/v1/chat/completions", body);
  const { error } = await response.json();
  return { status: response.status, code: error.code, message: error.message };
}

Deno.test("readJsonBody() says where a body stops being JSON", async () => {
  const cases: Array<[body: string, message: string]> = [
    ["", "The body is empty"],
    ["  \n ", "The body is empty"],
    ["{", 'the body ends at line 1, column 2, expected a name in quotes or "}"'],
    ['{"model": "auto",}', 'found "}" at line 1, column 18, expected a name in quotes'],
    ['{\n  "a": 1\n  "b": 2\n}', 'found "\\"" at line 3, column 3, expected "," or "}"'],
    ['{"a": NaN}', 'found "N" at line 1, column 7, expected a value'],
    ['{"a": Infinity}', "column 7, expected a value"],
    ["{'a': 1}", "column 2"],
    ['{"a": 01}', 'found "1" at line 1, column 8, expected ","'],
    ['{"a": "b\n"}', "expected the rest of a string"],
    ['{"a": "\\x"}', "expected the rest of a string"],
    ['{"messages": [{"role": "us', "the body ends at line 1, column 27"],
    ["{} {}", 'found "{" at line 1, column 4, expected the end'],
    ["<html></html>", 'found "<" at line 1, column 1'],
  ];
  for (const [body, message] of cases) {
    const got = await refusal(body);
    assertEquals([got.status, got.code], [400, "invalid_json"], body);
    assertStringIncludes(got.message, message);
  }
});

Deno.test("readJsonBody() refuses what is not UTF-8, however it is sent", async () => {
  const bytes = new TextEncoder().encode('{"model":"auto","messages":"a?"}');
  bytes[bytes.length - 3] = 0xff;
  for (const body of [bytes, ReadableStream.from([bytes.slice(0, -3), bytes.slice(-3)])]) {
    const response = await setUp().call("/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { error } = await response.json();
    assertEquals([response.status, error.code, error.message], [
      400,
      "invalid_json",
      "The body is not valid UTF-8",
    ]);
  }
});

Deno.test("readJsonBody() takes objects only", async () => {
  const cases = [
    ["[]", "an empty array"],
    ["null", "null"],
    ['"x"', 'the string "x"'],
    ["3", "the number 3"],
    ["true", "the boolean true"],
  ] as const;
  for (const [body, got] of cases) {
    assertEquals(await refusal(body), {
      status: 400,
      code: "invalid_request",
      message: `The body must be a JSON object, got ${got}`,
    });
  }
});

Deno.test("readJsonBody() refuses nesting that would exhaust a stack", async () => {
  for (const depth of [501, 10_000, 100_000]) {
    const body = `{"messages":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    assertStringIncludes((await refusal(body)).message, "nested deeper than 500 levels");
    assertEquals((await refusal(`{"a":${"[".repeat(depth)}`)).code, "invalid_json");
    const objects = `{"a":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;
    assertStringIncludes((await refusal(objects)).message, "nested deeper");
  }
});

Deno.test("readJsonBody() refuses numbers that became infinite", async () => {
  const body = JSON.stringify({ messages: [userMessage], temperature: 0 }).replace(":0", ":1e999");
  assertStringIncludes((await refusal(body)).message, "a number that is too large");
});

Deno.test("readJsonBody() reads bodies in pieces, without a length, and with a mark", async () => {
  const { call, gateway } = setUp();
  const bytes = new TextEncoder().encode(
    `\uFEFF${JSON.stringify({ messages: [{ role: "user", content: "日本語 für dich 🙂" }] })}`,
  );
  const response = await call("/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: ReadableStream.from(Array.from(bytes, (byte) => new Uint8Array([byte]))),
  });
  await response.body?.cancel();
  assertEquals(response.status, 200);
  assertEquals(gateway.last.route.intent, "日本語 für dich 🙂");
});

Deno.test("readJsonBody() stops at the limit of a body without a length", async () => {
  const { call } = setUp({ settings: { maxBodyBytes: 1_000 } });
  let sent = 0;
  let cancelled = false;
  const response = await call("/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: new ReadableStream({
      pull: (controller) => {
        sent += 100;
        controller.enqueue(new Uint8Array(100).fill(0x20));
      },
      cancel: () => void (cancelled = true),
    }, { highWaterMark: 0 }),
  });
  assertEquals((await response.json()).error.code, "payload_too_large");
  assertEquals([sent < 2_000, cancelled], [true, true]);
});

Deno.test("readJsonBody() refuses compressed bodies", async () => {
  const response = await setUp().post("/v1/chat/completions", {}, {
    headers: { "content-encoding": "gzip" },
  });
  assertEquals([response.status, (await response.json()).error.param], [415, "content-encoding"]);
});

Deno.test("readJsonBody() lets no key reach a prototype", async () => {
  const { post, gateway } = setUp();
  const response = await post(
    "/v1/chat/completions",
    `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},` +
      `"messages":[{"role":"user","content":"hi","__proto__":{"polluted":1}}],"a":1,"a":2,` +
      `"atmosphere":{"session":"s"}}`,
  );
  await response.body?.cancel();
  assertEquals(response.status, 200);
  const { body } = gateway.last;
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
  assertEquals(body.polluted, undefined);
  assertEquals(Object.keys(body), ["__proto__", "constructor", "messages", "a"]);
  assertEquals(body.a, 2);
});

Deno.test("readJsonBody() refuses an extension whose fields come by a prototype", async () => {
  const { post } = setUp();
  const response = await post(
    "/v1/chat/completions",
    `{"messages":[{"role":"user","content":"hi"}],"atmosphere":{"__proto__":{"policy":{}}}}`,
  );
  assertEquals((await response.json()).error.code, "invalid_request");
});
