/**
 * What a Claude model takes, by its generation. New generations refuse parameters that old ones
 * took, and a refused request helps nobody.
 *
 * @module
 */

/** What a model takes. */
export interface ClaudeTraits {
  /** `temperature` and `top_p`: both, one of the two, or neither. */
  readonly sampling: "both" | "one" | "none";
  /** `output_config.format` and strict tools. */
  readonly structuredOutput: boolean;
  /** `output_config.effort`. */
  readonly effort: boolean;
  /** `max_tokens` where the caller names none: the field is required. */
  readonly defaultMaxTokens: number;
}

/** Generation of a model as one number, such as 3.5 or 4; unknown names count as the newest. */
export function claudeGeneration(model: string): number {
  const name = model.toLowerCase();
  // claude-3-5-haiku-20241022, claude-3-opus-latest
  const old = /claude-(\d)(?:-(\d))?-(?:opus|sonnet|haiku)/.exec(name);
  if (old !== null) return Number(old[1]) + Number(old[2] ?? 0) / 10;
  // claude-opus-4-1-20250805, claude-sonnet-5, claude-haiku-5-5
  const recent = /claude-[a-z]+-(\d{1,2})(?:[-.](\d)(?!\d))?/.exec(name);
  if (recent !== null) return Number(recent[1]) + Number(recent[2] ?? 0) / 10;
  if (/claude-(2|instant)/.test(name)) return 2;
  return 99;
}

/** What a model takes, by its name. */
export function claudeTraits(model: string): ClaudeTraits {
  const generation = claudeGeneration(model);
  return {
    sampling: generation >= 4.7 ? "none" : generation >= 4.1 ? "one" : "both",
    structuredOutput: generation >= 4.5,
    effort: generation >= 5,
    defaultMaxTokens: generation >= 4 ? 16_384 : generation >= 3.5 ? 8_192 : 4_096,
  };
}
