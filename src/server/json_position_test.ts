import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { findJsonMistake } from "./json_position.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

Deno.test("findJsonMistake() finds a mistake exactly where the parser refuses", () => {
  const mutated = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 3 })).map(
    ([json, at, piece]) => {
      const index = at % (json.length + 1);
      return json.slice(0, index) + piece + json.slice(index + piece.length);
    },
  );
  fc.assert(
    fc.property(fc.oneof(fc.json(), mutated, fc.string()), (text) => {
      const mistake = findJsonMistake(text);
      assertEquals(mistake === undefined, isJson(text));
      if (mistake !== undefined) {
        assertEquals(mistake.offset >= 0 && mistake.offset <= text.length, true);
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("findJsonMistake() points at the token that is cut off", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, at) => {
      const cut = json.slice(0, at % json.length);
      if (isJson(cut)) return;
      const offset = findJsonMistake(cut)?.offset ?? -1;
      // An escape is six characters long, a word five.
      assertEquals(cut.length - offset <= 5 && offset >= 0, true);
    }),
  );
});
