import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { AtmosphereError, BackendError } from "./errors.ts";
import { createLogger, type LogLevel } from "./logger.ts";

function logged(error: unknown, level: LogLevel = "info"): string {
  const lines: string[] = [];
  createLogger({ level, write: (line) => lines.push(line), now: () => 0 }).warn("Failed", {
    error,
  });
  return lines.join("\n");
}

Deno.test("createLogger() writes a known failure on one line, and its stack only for debug", () => {
  const error = new BackendError("backend_unreachable", "ollama closed the connection", {
    origin: "backend:ollama",
    cause: new TypeError("reset by peer"),
  });
  assertEquals(
    logged(error),
    "1970-01-01T00:00:00.000Z warn  Failed error=ollama closed the connection (TypeError: reset by peer)",
  );
  const all = logged(error, "debug");
  assertStringIncludes(all, "logger_test.ts");
  assertStringIncludes(all, "caused by TypeError: reset by peer");
});

Deno.test("createLogger() always writes the stack of a fault of the program", () => {
  for (
    const error of [new TypeError("x is not a function"), new AtmosphereError("internal", "?")]
  ) {
    assertStringIncludes(logged(error), "logger_test.ts");
  }
});

Deno.test("createLogger() takes secrets out of errors, whatever is written of them", () => {
  const error = new AtmosphereError("backend_failed", "refused sk-abcdefgh12345678", {
    cause: new Error("Bearer abc.def"),
  });
  for (const level of ["info", "debug"] as const) {
    const text = logged(error, level);
    assert(!text.includes("sk-abcdefgh") && !text.includes("abc.def"), text);
  }
});
