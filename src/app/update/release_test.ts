import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareVersions, isVersion } from "./release.ts";

Deno.test("compareVersions() orders versions as Semantic Versioning does", () => {
  const ascending = [
    "0.9.9",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.10",
    "1.2.0",
    "10.0.0",
  ];
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) {
      assertEquals(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} and ${b}`);
    }
  }
  assertEquals(compareVersions("1.0.0+a", "1.0.0+b"), 0);
});

Deno.test("compareVersions() is an order over all versions", () => {
  const part = fc.nat({ max: 3 });
  const version = fc.tuple(part, part, part, fc.constantFrom("", "-a", "-a.1", "-1", "-1.b"))
    .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre}`);
  fc.assert(fc.property(version, version, version, (a, b, c) => {
    assertEquals(isVersion(a), true);
    assertEquals(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a)), 0);
    if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
      assertEquals(compareVersions(a, c) <= 0, true);
    }
  }));
});

Deno.test("isVersion() takes nothing that leads elsewhere", () => {
  for (const text of ["", "1", "1.2", "../1.2.3", "1.2.3/..", "1.2.3-", "v1.2.3", "1.2.3 "]) {
    assertEquals([text, isVersion(text)], [text, false]);
  }
});
