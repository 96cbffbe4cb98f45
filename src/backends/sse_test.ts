import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EventTooLong, type ServerSentEvent, SseParser } from "./sse.ts";

function parse(text: string, cuts: readonly number[] = []): ServerSentEvent[] {
  const bytes = new TextEncoder().encode(text);
  const points = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const parser = new SseParser();
  return [0, ...points].flatMap((from, index) => parser.push(bytes.subarray(from, points[index])));
}

Deno.test("SseParser reads fields, comments and every line end", () => {
  assertEquals(parse("event: a\ndata: 1\n\n: note\r\ndata:2\r\ndata: 3\r\n\r\ndata\r\rid: x\n\n"), [
    { event: "a", data: "1" },
    { event: "message", data: "2\n3" },
    { event: "message", data: "" },
  ]);
  assertEquals(parse("data: unfinished"), []);
});

Deno.test("SseParser gives the same events wherever the bytes are split", () => {
  const line = fc.string({ maxLength: 10, unit: "grapheme" }).map((text) =>
    text.replace(/[\r\n]/g, "")
  );
  fc.assert(fc.property(
    fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
    fc.constantFrom("\n", "\r\n", "\r"),
    fc.array(fc.nat(), { maxLength: 10 }),
    (events, end, cuts) => {
      const text = events.map((lines) =>
        lines.map((data) => `data: ${data}${end}`).join("") + end
      ).join("") + "x";
      assertEquals(
        parse(text, cuts),
        events.map((lines) => ({
          event: "message",
          data: lines.join("\n"),
        })),
      );
    },
  ));
});

Deno.test("SseParser refuses an event without an end", () => {
  const parser = new SseParser();
  const block = new TextEncoder().encode("x".repeat(1_000_000));
  assertThrows(() => {
    for (let count = 0; count < 20; count++) parser.push(block);
  }, EventTooLong);
});
