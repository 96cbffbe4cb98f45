import { assertEquals, assertInstanceOf } from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { fileError } from "./memory_options.ts";

Deno.test("fileError() tells what can be done about a file that can't be written", () => {
  const cases: [error: Error, code: string][] = [
    [new Deno.errors.NotFound("x"), "not_found"],
    [new Deno.errors.PermissionDenied("x"), "invalid_request"],
    [Object.assign(new Error("no space"), { code: "ENOSPC" }), "insufficient_storage"],
    [Object.assign(new Error("read-only"), { code: "EROFS" }), "invalid_request"],
  ];
  for (const [error, code] of cases) {
    const known = fileError(error, "/tmp/out.jsonl");
    assertInstanceOf(known, AtmosphereError);
    assertEquals(known.code, code);
    assertEquals(known.message.includes("/tmp/out.jsonl"), true);
  }
  const other = new Error("x");
  assertEquals(fileError(other, "/tmp/out.jsonl"), other);
});
