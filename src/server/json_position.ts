/**
 * Where a text stops being JSON. Runs only once the runtime's own parser has refused the text,
 * because its messages give a position in some cases only.
 *
 * @module
 */

/** The place of the first mistake. */
export interface JsonMistake {
  /** UTF-16 offset from 0; the text's length when it ends too early. */
  readonly offset: number;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 units. */
  readonly column: number;
  /** What could have stood there. */
  readonly expected: string;
}

const space = /[ \t\n\r]*/y;
// deno-lint-ignore no-control-regex
const string = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
// deno-lint-ignore no-control-regex
const goodStringPart = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const word = /true|false|null/y;

/** The first mistake of `text`, or undefined when it is JSON. Deep nesting costs no stack. */
export function findJsonMistake(text: string): JsonMistake | undefined {
  /** Closing brackets that are awaited, innermost last. */
  const open: string[] = [];
  let at = 0;
  let state: "value" | "first" | "key" | "after" = "value";

  function take(pattern: RegExp): boolean {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  }
  function takeString(): boolean {
    if (take(string)) return true;
    take(goodStringPart);
    return false;
  }

  for (;;) {
    take(space);
    const char = text.charAt(at);
    const closer = open.at(-1);
    if (state === "after") {
      if (closer === undefined) return char === "" ? undefined : mistake(text, at, "the end");
      if (char === closer) {
        open.pop();
        at++;
      } else if (char === ",") {
        at++;
        state = closer === "}" ? "key" : "value";
      } else return mistake(text, at, `"," or "${closer}"`);
    } else if (state === "first" && char === closer) {
      open.pop();
      at++;
      state = "after";
    } else if (state === "key" || (state === "first" && closer === "}")) {
      if (char !== '"') {
        return mistake(text, at, state === "key" ? "a name in quotes" : 'a name in quotes or "}"');
      }
      if (!takeString()) return mistake(text, at, "the rest of a string");
      take(space);
      if (text.charAt(at) !== ":") return mistake(text, at, '":"');
      at++;
      state = "value";
    } else if (char === "{" || char === "[") {
      open.push(char === "{" ? "}" : "]");
      at++;
      state = "first";
    } else if (char === '"') {
      if (!takeString()) return mistake(text, at, "the rest of a string");
      state = "after";
    } else if (take(word) || take(number)) {
      state = "after";
    } else return mistake(text, at, "a value");
  }
}

function mistake(text: string, offset: number, expected: string): JsonMistake {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return {
    offset,
    line: before.split("\n").length,
    column: offset - lineStart + 1,
    expected,
  };
}
