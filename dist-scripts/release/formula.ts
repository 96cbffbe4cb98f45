/** The Homebrew formula with a release's version and checksums. */

const lineOfTarget = /(url "[^"]*\/atmosphere-([^"]+)\.tar\.gz"\n\s*sha256 ")[0-9a-f]{64}"/g;

/**
 * `formula` with its version, and each platform's checksum from `checksums`: the text of a
 * `checksums.txt`. Throws naming the first archive without one.
 */
export function filledFormula(
  formula: string,
  release: { version: string; checksums: string },
): string {
  const sums = new Map(
    release.checksums.trim().split("\n").map((line) => {
      const [sum = "", name = ""] = line.split(/\s+\*?/);
      return [name, sum];
    }),
  );
  let count = 0;
  const filled = formula
    .replace(/^ {2}version "[^"]*"$/m, `  version "${release.version}"`)
    .replace(lineOfTarget, (_, before: string, triple: string) => {
      const sum = sums.get(`atmosphere-${triple}.tar.gz`);
      if (sum === undefined) throw new Error(`There is no checksum of atmosphere-${triple}.tar.gz`);
      count++;
      return `${before}${sum}"`;
    });
  if (count === 0) throw new Error("The formula names no archive");
  return filled;
}
