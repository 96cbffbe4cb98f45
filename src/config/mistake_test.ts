import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { configError, describeMistake, showValue } from "./mistake.ts";

Deno.test("showValue() shows what is there, shortened", () => {
  assertEquals(showValue("abc", ["server", "port"]), '"abc"');
  assertEquals(showValue(70000, ["server", "port"]), "70000");
  assertEquals(showValue(null, ["server", "port"]), "empty");
  assertEquals(showValue(undefined, ["server", "port"]), "absent");
  assertEquals(showValue([1], ["server", "port"]), "a list");
  assertEquals(showValue({ a: 1 }, ["server", "port"]), "a mapping");
  assert(showValue("word ".repeat(50), ["server", "host"]).length < 70);
});

Deno.test("showValue() never shows a secret", () => {
  const secrets: [unknown, string[]][] = [
    ["hunter2", ["backends", "0", "apiKey"]],
    [1234, ["backends", "0", "api_key"]],
    ["hunter2", ["memory", "databaseToken"]],
    ["hunter2", ["server", "password"]],
    ["sk-abcdefgh12345678", ["backends", "0", "url"]],
    ["4f9a8c7d6e5b4a3f2e1d0c9b", ["node", "name"]],
  ];
  for (const [value, path] of secrets) {
    const shown = showValue(value, path);
    assert(shown.includes("[redacted]") && !shown.includes(String(value)), shown);
  }
  const url = showValue("http://ann:hunter2@host/x?key=abc", ["backends", "0", "url"]);
  assert(!url.includes("hunter2") && !url.includes("abc"), url);
  assertStringIncludes(url, "host");
});

Deno.test("showValue() of a credential in an address hides it, whatever it looks like", () => {
  const part = fc.stringMatching(/^[a-zA-Z0-9._~-]{6,30}$/);
  fc.assert(fc.property(part, part, (user, secret) => {
    const shown = showValue(`https://${user}:Z${secret}Z@host.example/v1?token=Y${secret}Y`, []);
    assert(!shown.includes(`Z${secret}Z`) && !shown.includes(`Y${secret}Y`), shown);
  }));
});

Deno.test("configError() tells all mistakes in one error", () => {
  const mistakes = [
    { path: "server.port", value: '"x"', expected: "a number", source: "config.yaml:2:9" },
    { path: "", value: "a tab", expected: "spaces", source: "config.yaml:3:1" },
  ];
  const error = configError(mistakes);
  assertEquals(error.code, "config_invalid");
  assertEquals(error.exitCode, 2);
  assertEquals(error.details?.["mistakes"], mistakes);
  for (const mistake of mistakes) assertStringIncludes(error.message, describeMistake(mistake));
  assertStringIncludes(error.message, 'config.yaml:2:9: server.port is "x", expected a number');
  assertStringIncludes(error.message, "config.yaml:3:1: found a tab, expected spaces");
});
