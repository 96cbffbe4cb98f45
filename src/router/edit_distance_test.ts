import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { editDistance, nearNames } from "./edit_distance.ts";

Deno.test("editDistance() counts edits, a swap of neighbours as one", () => {
  assertEquals(editDistance("llama", "llama", 3), 0);
  assertEquals(editDistance("lama", "llama", 3), 1);
  assertEquals(editDistance("llmaa", "llama", 3), 1);
  assertEquals(editDistance("qwen", "gemma", 3), 4);
  assertEquals(editDistance("", "abc", 5), 3);
});

Deno.test("editDistance() is symmetric and never above the longer length", () => {
  fc.assert(fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
    const distance = editDistance(a, b, 50);
    assertEquals(distance, editDistance(b, a, 50));
    if (distance > Math.max(a.length, b.length)) throw new Error(`${distance}`);
    if ((distance === 0) !== (a === b)) throw new Error("zero means equal");
  }));
});

Deno.test("nearNames() finds typing mistakes, parts of names and other separators", () => {
  const names = ["llama3.2:3b", "qwen2.5-coder:7b", "mistral-nemo:12b", "nomic-embed-text"];
  assertEquals(nearNames("lama3.2", names), ["llama3.2:3b"]);
  assertEquals(nearNames("qwen2.5_coder", names), ["qwen2.5-coder:7b"]);
  assertEquals(nearNames("MISTRAL", names), ["mistral-nemo:12b"]);
  assertEquals(nearNames("gpt-4o", names), []);
});

Deno.test("nearNames() answers nothing for what is no name", () => {
  assertEquals(nearNames("", ["a"]), []);
  assertEquals(nearNames("x".repeat(100_000), ["x"]), []);
});
