/**
 * The nearest of some names to one that was mistyped.
 *
 * @module
 */

/**
 * Edit distance with insertions, deletions, substitutions and swaps of neighbours, each costing 1
 * (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + substitution,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Longest input that is compared; what is longer is no typing mistake. */
const longestInput = 64;

/**
 * Up to `limit` of `names` that `input` may have been meant to be, nearest first.
 *
 * A name counts as near when a third of its letters or fewer differ, or when one is a part of the
 * other that is at least three letters long.
 */
export function suggest(input: string, names: readonly string[], limit = 3): string[] {
  if (input.length === 0 || input.length > longestInput) return [];
  const wanted = input.toLowerCase();
  const near: Array<{ name: string; distance: number }> = [];
  for (const name of names) {
    const candidate = name.toLowerCase();
    const distance = editDistance(wanted, candidate);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (distance <= allowed) {
      near.push({ name, distance });
    } else if (wanted.length >= 3 && candidate.length >= 3) {
      if (candidate.includes(wanted) || wanted.includes(candidate)) {
        near.push({ name, distance: allowed + distance });
      }
    }
  }
  near.sort((x, y) => x.distance - y.distance || (x.name < y.name ? -1 : 1));
  return near.slice(0, limit).map(({ name }) => name);
}

/** `did you mean "x"?`, or undefined when nothing is near. */
export function didYouMean(input: string, names: readonly string[]): string | undefined {
  const found = suggest(input, names);
  if (found.length === 0) return undefined;
  const quoted = found.map((name) => `"${name}"`);
  const last = quoted.pop();
  return `Did you mean ${quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`}?`;
}
