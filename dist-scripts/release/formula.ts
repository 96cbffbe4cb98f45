/** The Homebrew formula with a release's version and checksums. */

const lineOfArchive = /(url "[^"]*\/(atmosphere-[^"]+\.tar\.xz)"\n\s*sha256 ")[0-9a-f]{64}"/g;
const lineOfBottle = /(sha256 cellar: :any_skip_relocation, (\w+):\s+")[0-9a-f]{64}"/g;

/** What a formula is filled with. */
export interface FormulaRelease {
  readonly version: string;
  /** Text of a `checksums.txt`. */
  readonly checksums: string;
  /** Name of the bottle of a tag; without it the bottles are left as they are. */
  readonly bottleName?: (tag: string) => string;
}

/**
 * `formula` with its version and the checksums of its archives and bottles. Throws naming the first
 * file without one.
 */
export function filledFormula(formula: string, release: FormulaRelease): string {
  const sums = new Map(
    release.checksums.trim().split("\n").map((line) => {
      const [sum = "", name = ""] = line.split(/\s+\*?/);
      return [name, sum];
    }),
  );
  const sumOf = (name: string) => {
    const sum = sums.get(name);
    if (sum === undefined) throw new Error(`There is no checksum of ${name}`);
    return sum;
  };
  let count = 0;
  const filled = formula
    .replace(/^ {2}version "[^"]*"$/m, `  version "${release.version}"`)
    .replace(lineOfArchive, (_, before: string, name: string) => {
      count++;
      return `${before}${sumOf(name)}"`;
    });
  if (count === 0) throw new Error("The formula names no archive");
  const { bottleName } = release;
  if (bottleName === undefined) return filled;
  if (filled.search(lineOfBottle) < 0) throw new Error("The formula names no bottle");
  return filled
    .replace(/^( {4}root_url "[^"]*\/v)[^"/]*"$/m, `$1${release.version}"`)
    .replace(
      lineOfBottle,
      (_, before: string, tag: string) => `${before}${sumOf(bottleName(tag))}"`,
    );
}
