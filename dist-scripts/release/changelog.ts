/** The changelog: new sections from conventional commits, and a release's notes out of it. */

/** Headings of Keep a Changelog by the type of a conventional commit; other types are left out. */
const headings: ReadonlyMap<string, string> = new Map([
  ["feat", "Added"],
  ["perf", "Changed"],
  ["fix", "Fixed"],
]);
const subjectPattern = /^(?<type>\w+)(?:\((?<scope>[^)]*)\))?(?<breaking>!)?: (?<text>.+)$/;
const unreleased = "## [Unreleased]";

/** The body of a section from commit subjects, newest first; empty when none is worth a line. */
export function sectionOf(subjects: readonly string[]): string {
  const lines = new Map<string, string[]>();
  for (const subject of subjects) {
    const { type = "", scope, breaking, text = "" } = subjectPattern.exec(subject)?.groups ?? {};
    const heading = headings.get(type);
    if (heading === undefined) continue;
    const line = `- ${scope === undefined ? "" : `${scope}: `}${text}${
      breaking ? " (breaking)" : ""
    }`;
    lines.set(heading, [...lines.get(heading) ?? [], line]);
  }
  return ["Added", "Changed", "Fixed"]
    .filter((heading) => lines.has(heading))
    .map((heading) => `### ${heading}\n\n${lines.get(heading)?.join("\n")}\n`)
    .join("\n");
}

/**
 * The changelog with what is unreleased put under `version`. Where nobody wrote anything down,
 * `fallback` is its body. Throws when there is nothing to release or the version is there already.
 */
export function withRelease(
  changelog: string,
  release: { version: string; date: string; fallback: string },
): string {
  const { version, date, fallback } = release;
  if (changelog.includes(`## [${version}]`)) {
    throw new Error(`The changelog has a section of ${version} already`);
  }
  const at = changelog.indexOf(unreleased);
  if (at < 0) throw new Error(`The changelog has no "${unreleased}"`);
  const start = at + unreleased.length;
  const next = changelog.indexOf("\n## [", start);
  const end = next < 0 ? changelog.length : next;
  const body = changelog.slice(start, end).trim() || fallback.trim();
  if (body === "") throw new Error(`There is nothing to release as ${version}`);
  const rest = changelog.slice(end).trimStart();
  return `${changelog.slice(0, start)}\n\n## [${version}] - ${date}\n\n${body}\n${
    rest === "" ? "" : `\n${rest}`
  }`;
}

/** The body of the section of `version`. Throws when there is none. */
export function notesOf(changelog: string, version: string): string {
  const heading = changelog.indexOf(`## [${version}]`);
  if (heading < 0) throw new Error(`The changelog has no section of ${version}`);
  const start = changelog.indexOf("\n", heading);
  const next = changelog.indexOf("\n## [", start);
  return changelog.slice(start, next < 0 ? undefined : next).trim() + "\n";
}

/**
 * The version that follows `current` after commits with `subjects` (and `bodies` of them), by
 * semantic versioning; before 1.0.0 what breaks raises the second number.
 */
export function nextVersion(
  current: string,
  commits: { readonly subjects: readonly string[]; readonly bodies: string },
): string {
  const [major = 0, minor = 0, patch = 0] = current.split(".").map(Number);
  const parsed = commits.subjects.map((subject) => subjectPattern.exec(subject)?.groups);
  const breaks = parsed.some((groups) => groups?.breaking !== undefined) ||
    /^BREAKING[ -]CHANGE: /m.test(commits.bodies);
  if (breaks && major > 0) return `${major + 1}.0.0`;
  if (breaks || parsed.some((groups) => groups?.type === "feat")) return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
}
