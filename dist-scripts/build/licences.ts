/** Which licences may be in what we hand out. */

/** Permissive ones: they ask for their text to travel along, which the notices do. */
const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);

/**
 * Whether a package under the SPDX expression `licence` may be handed out: of an `OR` one side is
 * enough, of an `AND` both are needed. What can't be read is not allowed.
 */
export function isLicenceAllowed(licence: string): boolean {
  const tokens = licence.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const operand = (): boolean => {
    const token = tokens[at++];
    if (token !== "(") return token !== undefined && allowed.has(token);
    const inner = anyOf();
    return tokens[at++] === ")" && inner;
  };
  const allOf = (): boolean => {
    let result = operand();
    while (tokens[at] === "AND") {
      at++;
      result = operand() && result;
    }
    return result;
  };
  const anyOf = (): boolean => {
    let result = allOf();
    while (tokens[at] === "OR") {
      at++;
      result = allOf() || result;
    }
    return result;
  };
  return anyOf() && at === tokens.length;
}
