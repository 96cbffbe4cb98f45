import { assertEquals, assertThrows } from "@std/assert";
import { AtmosphereError, type EngineName, Secret } from "../core/mod.ts";
import { addressKey, parseAddress } from "./address.ts";
import { assumedPrice, knownPrice } from "./model_prices.ts";
import { createBackend, ENGINE_PROFILES } from "./mod.ts";
import { errorText, retryAfterSeconds } from "./refusal.ts";

const cases: readonly [EngineName, string, string, string][] = [
  ["ollama", "http://gpu:11434", "http://gpu:11434", "http://gpu:11434/v1"],
  ["ollama", "http://gpu:11434/v1/", "http://gpu:11434", "http://gpu:11434/v1"],
  ["ollama", "https://host/ollama", "https://host/ollama", "https://host/ollama/v1"],
  ["vllm", "http://h/v1", "http://h", "http://h/v1"],
  ["openai-compatible", "http://h:9", "http://h:9", "http://h:9/v1"],
  ["openai-compatible", "http://h/llm", "http://h/llm", "http://h/llm"],
  ["openai-compatible", "http://h/api/v3", "http://h/api", "http://h/api/v3"],
  ["openai", "https://api.openai.com/v1", "https://api.openai.com", "https://api.openai.com/v1"],
  ["groq", "http://127.0.0.1:1", "http://127.0.0.1:1", "http://127.0.0.1:1/openai/v1"],
  ["gemini", "http://g/v1beta/openai", "http://g", "http://g/v1beta/openai"],
];

for (const [engine, url, root, api] of cases) {
  Deno.test(`parseAddress() takes ${url} for ${engine}`, () => {
    const address = parseAddress(url, ENGINE_PROFILES[engine]);
    assertEquals([address.root, address.api], [root, api]);
  });
}

Deno.test("parseAddress() tells where an address is, in doubt far away", () => {
  const locality = (url: string, engine: EngineName = "vllm") =>
    parseAddress(url, ENGINE_PROFILES[engine]).locality;
  for (const host of ["127.0.0.1", "127.5.0.1", "localhost", "[::1]", "a.localhost"]) {
    assertEquals(locality(`http://${host}:1`), "machine", host);
  }
  for (
    const host of [
      "10.0.0.2",
      "192.168.1.9",
      "172.20.0.1",
      "100.100.1.1",
      "[fd12::1]",
      "[fe80::1]",
      "gpu",
      "gpu.local",
      "box.tail1234.ts.net",
    ]
  ) {
    assertEquals(locality(`http://${host}:1`), "network", host);
  }
  for (
    const host of [
      "8.8.8.8",
      "172.32.0.1",
      "example.org",
      "[2001:db8::1]",
      "127.0.0.1.example.org",
    ]
  ) {
    assertEquals(locality(`http://${host}:1`), "cloud", host);
  }
  assertEquals(locality("http://127.0.0.1:1", "openai"), "cloud");
});

Deno.test("createBackend() refuses what is no address, and shows no password", async () => {
  const make = (url: string, apiKey?: string) =>
    createBackend({
      id: "box",
      engine: "vllm",
      url,
      tags: [],
      enabled: true,
      source: "configured",
      ...(apiKey === undefined ? {} : { apiKey: new Secret(apiKey) }),
    });
  for (const url of ["", "gpu:8000", "ftp://h/", "file:///etc/passwd", "http://u:secret@"]) {
    const error = assertThrows(() => make(url), AtmosphereError);
    assertEquals(error.code, "config_invalid");
    assertEquals(error.message.includes("secret"), false);
  }
  for (const key of ["two words", "line\r\nx-evil: 1", "schlüssel"]) {
    const error = assertThrows(() => make("http://h:1", key), AtmosphereError);
    assertEquals(error.message.includes(key), false);
  }
  await using backend = make("http://user:secret@h:8000/v1?x=1#y");
  assertEquals(backend.address, "http://h:8000/v1");
});

Deno.test("addressKey() is the same for every spelling of an address", () => {
  const keys = ["http://localhost:1", "http://127.0.0.1:1/v1", "http://[::1]:1/"].map(addressKey);
  assertEquals(new Set(keys), new Set(["loopback:1"]));
  assertEquals(addressKey("https://h"), "h:443");
  assertEquals(addressKey("no url"), undefined);
});

Deno.test("retryAfterSeconds() reads both forms and bounds them", () => {
  const now = Date.parse("Tue, 24 Nov 2026 10:00:00 GMT");
  const read = (value?: string) =>
    retryAfterSeconds(new Map(value === undefined ? [] : [["retry-after", value]]), now);
  assertEquals(read("7"), 7);
  assertEquals(read("1.2"), 2);
  assertEquals(read("Tue, 24 Nov 2026 10:00:30 GMT"), 30);
  assertEquals(read("Tue, 24 Nov 2026 09:00:00 GMT"), 0);
  assertEquals(read("999999"), 86_400);
  for (const value of [undefined, "", "soon", "-5", "1e9"]) assertEquals(read(value), undefined);
});

Deno.test("errorText() finds the message, without secrets and control characters", () => {
  assertEquals(errorText({ error: { message: "bad" } }), "bad");
  assertEquals(errorText({ error: "bad" }), "bad");
  assertEquals(errorText({ detail: "a\nb\u0007c" }), "a b c");
  assertEquals(errorText({ message: "key sk-abcdefghijkl" }), "key [redacted]");
  assertEquals(errorText({ detail: [1] }), undefined);
  assertEquals(errorText({ error: { message: "x".repeat(9_000) } })?.length, 500);
});

Deno.test("knownPrice() takes names with their versions, and guesses nothing", () => {
  assertEquals(knownPrice("openai", "gpt-4o-2024-08-06")?.inputPerMTok, 2.5);
  assertEquals(knownPrice("openai", "gpt-4o-mini")?.outputPerMTok, 0.6);
  assertEquals(knownPrice("anthropic", "claude-3-5-haiku-latest")?.inputPerMTok, 0.8);
  assertEquals(knownPrice("gemini", "gemini-3.1-pro-preview")?.inputPerMTok, 2);
  assertEquals(knownPrice("openai", "gpt-4o-audio-preview"), undefined);
  assertEquals(knownPrice("openai", "gpt-7"), undefined);
  assertEquals(knownPrice("vllm", "gpt-4o"), undefined);
  assertEquals(knownPrice("openai", "constructor"), undefined);
  assertEquals(assumedPrice("openai").assumed, true);
  assertEquals(assumedPrice("openai-compatible").outputPerMTok, 50);
});
