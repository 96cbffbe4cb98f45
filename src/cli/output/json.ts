/**
 * Results for programs.
 *
 * @module
 */

// JSON.stringify leaves these as they are, but a terminal would obey them.
const unsafe = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** `value` as JSON that ends in a line feed: indented for a terminal, else on one line. */
export function renderJson(value: unknown, options: { readonly indented: boolean }): string {
  const text = JSON.stringify(value, null, options.indented ? 2 : undefined);
  return text.replace(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  ) + "\n";
}
