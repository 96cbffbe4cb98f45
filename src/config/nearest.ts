/**
 * The known name that somebody meant who mistyped it.
 *
 * @module
 */

/** How names are compared: `allowed_hosts` and `AllowedHosts` are `allowedhosts`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, "");
}

/** Edits between two texts, a swap of neighbours counting as one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(previous[j]! + 1, current[j - 1]! + 1, substituted);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1);
      }
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** The one of `known` that is nearest to `name`; undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = plain(name).slice(0, 64);
  let best: string | undefined;
  // A third of the letters may be wrong, for a short name one.
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(wanted, plain(candidate));
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}
