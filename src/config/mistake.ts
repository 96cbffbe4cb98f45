/**
 * What is wrong with a configuration, told without giving secrets away.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import { redact } from "../core/logger.ts";

/** A key's path: names in mappings, numbers in lists. */
export type Path = readonly (string | number)[];

/** One mistake in the configuration. */
export interface Mistake {
  /** The setting, such as `server.port` or `backends.0.url`; empty when it concerns the whole source. */
  readonly path: string;
  /** What is there, for people; `[redacted]` when it may be a secret. */
  readonly value: string;
  /** What should be there. */
  readonly expected: string;
  /** `FILE:LINE:COLUMN`, `environment NAME` or `flag --NAME`. */
  readonly source: string;
}

/** A mistake in settings whose place in a source is not looked up yet. */
export interface Issue {
  /** The setting. */
  readonly path: Path;
  /** What is there, as it is: it may be a secret. */
  readonly value: unknown;
  /** What should be there. */
  readonly expected: string;
  /** Whether the key itself is the mistake. */
  readonly at: "key" | "value";
}

/** The mistake that `issue` is, in its source. */
export function issueMistake(issue: Issue, source: string): Mistake {
  return {
    path: pathText(issue.path),
    value: showValue(issue.value, issue.path),
    expected: issue.expected,
    source,
  };
}

/** A path as the user writes it, such as `backends.0.url`. */
export function pathText(path: Path): string {
  return path.join(".");
}

const longestShown = 60;
const secretName =
  /(api[-_]?key|token|secret|passw(or)?d|credential|authorization|cookie|private[-_]?key)/i;
// Random-looking text of the length of a key: letters and digits mixed, without a space.
const randomText = /^(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9+/=_.-]{24,}$/;

/** Whether the value of the setting `path` may be a secret. */
export function isSecretPath(path: Path): boolean {
  return path.some((key) => typeof key === "string" && secretName.test(key));
}

function showText(value: string): string {
  if (randomText.test(value)) return "[redacted]";
  // Addresses carry credentials before the @ and in the query.
  const safe = redact(value)
    .replace(/(:\/\/)[^\s/@]*@/g, "$1[redacted]@")
    .replace(/(:\/\/[^\s?#]*)[?#]\S*/g, "$1?[redacted]");
  return JSON.stringify(safe.length > longestShown ? safe.slice(0, longestShown - 1) + "…" : safe);
}

/** The value of the setting `path` as a mistake may show it. */
export function showValue(value: unknown, path: Path): string {
  if (value === undefined) return "absent";
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (isSecretPath(path)) return "[redacted]";
  return typeof value === "string" ? showText(value) : String(value);
}

/** A mistake on one line. */
export function describeMistake(mistake: Mistake): string {
  const subject = mistake.path === "" ? "found" : `${mistake.path} is`;
  return `${mistake.source}: ${subject} ${mistake.value}, expected ${mistake.expected}`;
}

/** The one error that tells all `mistakes`; `details.mistakes` has them as data. */
export function configError(mistakes: readonly Mistake[]): AtmosphereError {
  const [first] = mistakes;
  const message = mistakes.length === 1 && first !== undefined
    ? `The configuration has a mistake: ${describeMistake(first)}`
    : `The configuration has ${mistakes.length} mistakes:\n${
      mistakes.map((mistake) => `  ${describeMistake(mistake)}`).join("\n")
    }`;
  return new AtmosphereError("config_invalid", message, {
    ...(first === undefined || first.path === "" ? {} : { param: first.path }),
    hint:
      "Every setting is described in docs/configuration.md; check a file with atmosphere config validate",
    details: { mistakes },
  });
}
