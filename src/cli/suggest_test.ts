import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { didYouMean, editDistance, suggest } from "./suggest.ts";

const commands = ["init", "serve", "status", "health", "doctor", "models", "route", "ask"];

Deno.test("suggest() finds the name that was mistyped", () => {
  assertEquals(suggest("rout", commands)[0], "route");
  assertEquals(suggest("sevre", commands)[0], "serve");
  assertEquals(suggest("stauts", commands)[0], "status");
  assertEquals(suggest("MODEL", commands)[0], "models");
  assertEquals(suggest("chat", ["llm/chat", "llm/embed"]), ["llm/chat"]);
});

Deno.test("suggest() stays silent when nothing is near", () => {
  assertEquals(suggest("xyzzy", commands), []);
  assertEquals(suggest("", commands), []);
  assertEquals(suggest("a".repeat(100_000), commands), []);
});

Deno.test("didYouMean() lists all that are near", () => {
  assertEquals(didYouMean("gt", ["get", "set"]), 'Did you mean "get"?');
  assertEquals(didYouMean("et", ["get", "set"]), 'Did you mean "get" or "set"?');
  assertEquals(didYouMean("xyzzy", ["get", "set"]), undefined);
});

Deno.test("editDistance() counts a swap of neighbours as one edit", () => {
  assertEquals(editDistance("serve", "sevre"), 1);
  assertEquals(editDistance("", "abc"), 3);
  assertEquals(editDistance("kitten", "sitting"), 3);
});

Deno.test("editDistance() is symmetric and zero for equal texts only", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(fc.property(word, word, (a, b) => {
    const distance = editDistance(a, b);
    assertEquals(distance, editDistance(b, a));
    assertEquals(distance === 0, a === b);
    assertEquals(distance <= Math.max(a.length, b.length), true);
  }));
});
