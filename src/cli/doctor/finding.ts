/**
 * What a check finds.
 *
 * @module
 */

/** How grave a finding is. `skipped` means that it could not be looked at, and `found` says why. */
export type Verdict = "ok" | "warning" | "broken" | "skipped";

/** The result of one check. */
export interface Finding {
  /** Stable name of the check, such as `port` or `backend.ollama`. */
  readonly id: string;
  /** What was checked, in a word or two. */
  readonly title: string;
  readonly verdict: Verdict;
  /** What is the case. */
  readonly found: string;
  /** What to do about it; absent when nothing need be done. */
  readonly mend?: string;
}

/** The message of anything thrown, and what its thrower advises. */
export function fromError(
  check: { readonly id: string; readonly title: string; readonly verdict?: Verdict },
  error: unknown,
): Finding {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof Error && "hint" in error ? error.hint : undefined;
  return {
    id: check.id,
    title: check.title,
    verdict: check.verdict ?? "broken",
    found: message,
    ...(typeof hint === "string" ? { mend: hint } : {}),
  };
}
