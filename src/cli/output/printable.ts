/**
 * Text from elsewhere (model names, answers, error texts) made safe for a terminal.
 *
 * A control character that reaches a terminal can move the cursor, set the title or answer
 * queries in the user's name, and a bidirectional override can make a name read as another.
 *
 * @module
 */

// deno-lint-ignore no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
// deno-lint-ignore no-control-regex
const controlsButLines = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const overrides = /[\u202a-\u202e\u2066-\u2069]/g;

function picture(character: string): string {
  const code = character.charCodeAt(0);
  // Unicode's control pictures show what would have been sent.
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}

/** `text` as one line without anything that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(controls, picture).replace(overrides, "\ufffd");
}

/** As {@linkcode printable}, but line feeds and tabs stay; for prose of several lines. */
export function printableLines(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(controlsButLines, picture);
}
