/**
 * Names that somebody may have meant.
 *
 * @module
 */

/** Up to three of `names` that are near to `wanted`, nearest first. */
export function nearNames(wanted: string, names: readonly string[]): string[] {
  const needle = wanted.slice(0, 100).toLowerCase();
  const limit = Math.max(2, Math.floor(needle.length / 3));
  return names
    .map((name) => ({ name, distance: nameDistance(needle, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Edits between the names, or 1 where one holds the other. */
function nameDistance(a: string, b: string): number {
  if (a.length >= 3 && (b.includes(a) || a.includes(b))) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1;
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
