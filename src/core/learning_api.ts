/**
 * What a node learns from how its choices went.
 *
 * @module
 */

/** What somebody, or a program, thought of an answer. */
export interface Feedback {
  /** Id of the decision, as the answer's `x-atmosphere-decision` header names it. */
  readonly decision: string;
  /** Id of the capability that answered; the decision's first candidate where absent. */
  readonly capability?: string;
  /** From -1 (bad) to 1 (good). */
  readonly rating?: number;
  /** Whether the answer did what was wanted, where there is no finer rating. */
  readonly success?: boolean;
}

/** What is known of one capability for one kind of intent. */
export interface ExperienceView {
  /** Id of the capability. */
  readonly capability: string;
  /** Kind of intent, such as `code/hard`. */
  readonly intent: string;
  /** -1 (bad) to 1 (good), drawn to 0 while little is known. */
  readonly value: number;
  /** Outcomes behind it; older ones count less. */
  readonly weight: number;
  /** Mean time to the first byte, in milliseconds; absent when it was never measured. */
  readonly latencyMs?: number;
}

/** A node's learning, to feed, look at and reset. Every method throws `AtmosphereError`. */
export interface LearningApi {
  /** Takes feedback in; throws `not_found` when the decision is unknown or forgotten. */
  feedback(feedback: Feedback, options?: { signal?: AbortSignal }): Promise<void>;
  /** What is known, best known first. */
  experience(options?: { signal?: AbortSignal }): Promise<ExperienceView[]>;
  /** Forgets everything, or everything of one capability. */
  forgetExperience(capability?: string, options?: { signal?: AbortSignal }): Promise<void>;
}
