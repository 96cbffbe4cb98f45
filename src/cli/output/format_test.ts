import { assertEquals } from "@std/assert";
import { bytes, count, duration, milliseconds, tokens } from "./format.ts";

Deno.test("duration() shows the two largest units", () => {
  assertEquals([0.4, 42, 60, 185, 3_600, 86_400 * 2 + 3_600 * 4 + 59].map(duration), [
    "0s",
    "42s",
    "1m",
    "3m 5s",
    "1h",
    "2d 4h",
  ]);
  assertEquals(duration(-5), "0s");
});

Deno.test("bytes() uses binary units", () => {
  assertEquals([0, 512, 1_536, 200 * 1_024 ** 2, 5.25 * 1_024 ** 3].map(bytes), [
    "0 B",
    "512 B",
    "1.5 KiB",
    "200 MiB",
    "5.3 GiB",
  ]);
});

Deno.test("tokens() shortens binary and decimal context lengths alike", () => {
  assertEquals([512, 8_192, 131_072, 200_000, 1_048_576, 1_000_000, 4_095].map(tokens), [
    "512",
    "8k",
    "128k",
    "200k",
    "1M",
    "1M",
    "4.1k",
  ]);
});

Deno.test("milliseconds() keeps the digits that matter", () => {
  assertEquals([0.042, 1.26, 12.4, 1_500].map(milliseconds), [
    "0.04 ms",
    "1.3 ms",
    "12 ms",
    "1.5 s",
  ]);
});

Deno.test("count() agrees in number", () => {
  assertEquals(count(1, "model"), "1 model");
  assertEquals(count(0, "capability", "capabilities"), "0 capabilities");
});
