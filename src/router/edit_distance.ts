/**
 * Names that are near to a mistyped one.
 *
 * @module
 */

/** Longest name that is compared; what is longer was not mistyped but pasted. */
const maxNameLength = 200;

/**
 * Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`, or `limit + 1` when
 * they are more than `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      current.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    before = previous;
    previous = current;
  }
  return Math.min(previous[b.length] ?? 0, limit + 1);
}

/** Up to `count` of `names` that `wanted` may have meant, nearest first. */
export function nearNames(
  wanted: string,
  names: Iterable<string>,
  options: { count?: number } = {},
): string[] {
  const key = fold(wanted);
  if (key === "" || wanted.length > maxNameLength) return [];
  const found: { name: string; distance: number }[] = [];
  for (const name of new Set(names)) {
    const distance = nameDistance(key, fold(name));
    if (distance !== undefined) found.push({ name, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, options.count ?? 3).map(({ name }) => name);
}

/** Undefined when two names have nothing to do with each other. */
function nameDistance(wanted: string, name: string): number | undefined {
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const whole = editDistance(wanted, name, limit);
  if (whole <= limit) return whole;
  const stem = name.split(/[:/]/).filter((part) => part !== "");
  for (const part of stem) {
    const distance = editDistance(wanted, part, limit);
    if (distance <= limit) return distance + 0.5;
  }
  const contained = wanted.length >= 3 && name.includes(wanted) ||
    name.length >= 3 && wanted.includes(name);
  return contained ? limit + 1 : undefined;
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "");
}
