import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { AtmosphereError } from "../core/mod.ts";
import { base, port, setUp, token, userMessage } from "./fakes_test.ts";

const chat = { messages: [userMessage] };

async function statusAndCode(response: Response): Promise<[number, string]> {
  const body = await response.json();
  return [response.status, body.code ?? body.error?.code];
}

Deno.test("createApp() answers own and configured origins only", async () => {
  const { call, gateway, post } = setUp({
    settings: { allowedOrigins: ["http://localhost:3000/", "app://studio"] },
  });
  const refused = [
    "null",
    "http://evil.example",
    "http://localhost:3001",
    "https://127.0.0.1.evil.example",
    `http://evil.example:${port}`,
    `http://localhost:${port}@evil.example`,
    "app://other",
    "file://",
    "",
  ];
  for (const origin of refused) {
    const response = await post("/v1/chat/completions", chat, { headers: { origin } });
    assertEquals(response.headers.get("access-control-allow-origin"), null, origin);
    assertEquals(await statusAndCode(response), [403, "origin_not_allowed"], origin);
  }
  assertEquals(gateway.requests.length, 0);
  const fine = [
    base,
    `http://localhost:${port}`,
    `http://[::1]:${port}`,
    "http://localhost:3000",
    "HTTP://LOCALHOST:3000",
    "app://studio",
  ];
  for (const origin of fine) {
    const response = await call("/v1/models", { headers: { origin } });
    await response.body?.cancel();
    assertEquals(
      [response.status, response.headers.get("access-control-allow-origin")],
      [200, origin],
    );
    assertStringIncludes(response.headers.get("vary") ?? "", "origin");
  }
});

Deno.test("createApp() gives pages without a permitted origin no CORS headers", async () => {
  const response = await setUp().call("/v1/models");
  await response.body?.cancel();
  assertEquals(response.headers.get("access-control-allow-origin"), null);
  assertEquals(response.headers.get("cross-origin-resource-policy"), "same-origin");
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("createApp() answers preflights of permitted origins without a token", async () => {
  const { call } = setUp({
    settings: { host: "0.0.0.0", allowedOrigins: ["http://localhost:3000"] },
  });
  const ask = (origin: string) =>
    call("/v1/chat/completions", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
        "access-control-request-private-network": "true",
      },
    });
  const allowed = await ask("http://localhost:3000");
  assertEquals(allowed.status, 204);
  assertEquals(
    ["origin", "methods", "headers", "private-network"].map((name) =>
      allowed.headers.get(`access-control-allow-${name}`)
    ),
    ["http://localhost:3000", "POST, OPTIONS", "authorization, content-type", "true"],
  );
  assertEquals(await statusAndCode(await ask("http://evil.example")), [403, "origin_not_allowed"]);
});

Deno.test("createApp() refuses hidden cross-site requests that change or cost something", async () => {
  const { call, post } = setUp();
  const headers = { "sec-fetch-site": "cross-site" };
  assertEquals(await statusAndCode(await post("/v1/chat/completions", chat, { headers })), [
    403,
    "origin_not_allowed",
  ]);
  const link = await call("/v1/models", { headers });
  assertEquals((await link.json()).object, "list");
});

Deno.test("createApp() refuses what a drive-by form can send", async () => {
  const { post, gateway } = setUp();
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const response = await post("/v1/chat/completions", chat, {
      headers: { "content-type": type },
    });
    assertEquals(await statusAndCode(response), [415, "unsupported_media_type"], type);
  }
  const none = await setUp().call("/v1/chat/completions", {
    method: "POST",
    body: new Blob([JSON.stringify(chat)]),
  });
  assertEquals(await statusAndCode(none), [415, "unsupported_media_type"]);
  assertEquals(gateway.requests.length, 0);
});

Deno.test("createApp() needs no key for model calls on loopback, whatever key is sent", async () => {
  const { post } = setUp();
  for (const headers of [{}, { authorization: "Bearer sk-anything" }, { "x-api-key": "x" }]) {
    const response = await post("/v1/chat/completions", chat, { headers });
    await response.body?.cancel();
    assertEquals(response.status, 200);
  }
});

Deno.test("createApp() needs the token for everything but health on other binds", async () => {
  const { call, post } = setUp({ settings: { host: "192.168.1.5" } });
  const open = await call("/health");
  await open.body?.cancel();
  assertEquals(open.status, 200);
  for (const path of ["/", "/v1/models", "/ready", "/openapi.json", "/atmosphere/v1/node"]) {
    const response = await call(path);
    assertEquals(response.headers.get("www-authenticate"), 'Bearer realm="atmosphere"', path);
    assertEquals(await statusAndCode(response), [401, "unauthorized"], path);
  }
  assertEquals((await statusAndCode(await post("/v1/chat/completions", chat)))[0], 401);
  const wrong = [
    { authorization: `Bearer ${token}x` },
    { authorization: `Bearer ${token.slice(0, -1)}` },
    { authorization: `Basic ${btoa(`x:${token}`)}` },
    { authorization: "Bearer" },
    { "x-api-key": "" },
  ];
  for (const headers of wrong) {
    assertEquals((await statusAndCode(await call("/v1/models", { headers })))[0], 401);
  }
  for (const headers of [{ authorization: `bearer ${token}` }, { "x-api-key": token }]) {
    assertEquals((await (await call("/v1/models", { headers })).json()).object, "list");
  }
});

Deno.test("createApp() never lets an empty token open the node", async () => {
  const { Secret } = await import("../core/mod.ts");
  const { call } = setUp({ settings: { host: "0.0.0.0" }, token: new Secret("") });
  for (const headers of [{ "x-api-key": "" }, { authorization: "Bearer " }]) {
    assertEquals((await statusAndCode(await call("/v1/models", { headers })))[0], 401);
  }
});

Deno.test("createApp() never logs a token, wrong or right", async () => {
  const { call, post, log, gateway } = setUp({ settings: { host: "0.0.0.0" } });
  gateway.answer = () => {
    throw new Error("broken");
  };
  await (await call("/v1/models", { headers: { "x-api-key": "wrong-token-value" } })).text();
  await (await post("/v1/chat/completions", chat, { headers: { "x-api-key": token } })).text();
  assertEquals(log.length, 2);
  assertEquals(log.filter((l) => l.includes("wrong-token") || l.includes(token)), []);
});

Deno.test("createApp() answers for configured hosts, and for addresses on a wildcard bind", async () => {
  const named = setUp({ settings: { allowedHosts: ["node.lan", "proxy.lan:8443", "fd00::5"] } });
  const wildcard = setUp({ settings: { host: "::" } });
  const cases: Array<[setup: typeof named, host: string, status: number]> = [
    [named, "node.lan", 200],
    [named, `NODE.lan.:${port}`, 200],
    [named, "node.lan:1", 403],
    [named, "proxy.lan:8443", 200],
    [named, `proxy.lan:${port}`, 403],
    [named, `[fd00::5]:${port}`, 200],
    [named, `[fd00::6]:${port}`, 403],
    [named, "192.168.1.5", 403],
    [wildcard, `192.168.1.5:${port}`, 200],
    [wildcard, `[fe80::1]:${port}`, 200],
    [wildcard, `node.lan:${port}`, 403],
    [wildcard, "192.168.1.5:1", 403],
  ];
  for (const [{ app }, host, status] of cases) {
    const response = await app.fetch(new Request(`http://${host}/health`, { headers: { host } }));
    await response.body?.cancel();
    assertEquals(response.status, status, host);
  }
});

Deno.test("createApp() names settings that are no host or origin", () => {
  for (const allowedHosts of [["http://x"], [""], ["a b"], ["x:99999"]]) {
    const error = assertThrows(() => setUp({ settings: { allowedHosts } }), AtmosphereError);
    assertEquals([error.code, error.param], ["config_invalid", "server.allowedHosts"]);
  }
  for (const allowedOrigins of [["*"], ["null"], ["localhost:3000"], ["https://*.example"]]) {
    const error = assertThrows(() => setUp({ settings: { allowedOrigins } }), AtmosphereError);
    assertEquals([error.code, error.param], ["config_invalid", "server.allowedOrigins"]);
  }
});

Deno.test("createApp() says which methods a path takes", async () => {
  const { call } = setUp();
  const cases: Array<[method: string, path: string, allow: string]> = [
    ["GET", "/v1/chat/completions", "POST, OPTIONS"],
    ["DELETE", "/v1/models", "GET, HEAD, OPTIONS"],
    ["PUT", "/v1/models/llama3.2:3b", "GET, HEAD, OPTIONS"],
    ["POST", "/health", "GET, HEAD, OPTIONS"],
    ["PATCH", "/atmosphere/v1/refresh", "POST, OPTIONS"],
  ];
  for (const [method, path, allow] of cases) {
    const response = await call(path, { method });
    assertEquals([response.status, response.headers.get("allow")], [405, allow], path);
    assertEquals((await statusAndCode(response))[1], "method_not_allowed");
  }
  const head = await call("/v1/models", { method: "HEAD" });
  assertEquals([head.status, await head.text()], [200, ""]);
});

Deno.test("createApp() shapes errors by the path they are for", async () => {
  const { app, call } = setUp();
  const foreign = { headers: { host: "evil.example" } };
  const v1 = await app.fetch(new Request("http://evil.example/v1/models", foreign));
  const openai = await v1.json();
  assertEquals([openai.error.code, openai.error.origin], ["host_not_allowed", "node"]);
  const native = await app.fetch(new Request("http://evil.example/atmosphere/v1/node", foreign));
  assertEquals(native.headers.get("content-type"), "application/problem+json");
  assertEquals((await native.json()).code, "host_not_allowed");
  assertEquals(native.headers.get("x-atmosphere-node"), null);
  assertEquals((await statusAndCode(await call("/v1/responses")))[1], "not_found");
});
