/**
 * What the router has learned, kept in the data directory.
 *
 * @module
 */

import { join } from "../core/path.ts";
import {
  AtmosphereError,
  type ExperienceView,
  type Feedback,
  type LearningApi,
  type Logger,
} from "../core/mod.ts";
import type { ExperienceData, Judgement, Router } from "../router/mod.ts";

/** Longest time that something learned is in memory alone. */
const saveDelayMs = 10_000;

/** Options of {@linkcode Learning}. */
export interface LearningOptions {
  readonly router: Router;
  readonly dataDir: string;
  readonly logger: Logger;
}

/** The router's experience with a file behind it. Dispose it to write what is new. */
export class Learning implements LearningApi, AsyncDisposable {
  readonly #router: Router;
  readonly #path: string;
  readonly #logger: Logger;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();

  /** Does no I/O; call {@linkcode load}. */
  constructor(options: LearningOptions) {
    this.#router = options.router;
    this.#path = join(options.dataDir, "experience.json");
    this.#logger = options.logger;
  }

  /** Reads what was learned before. A broken file is set aside, since it only holds habits. */
  async load(): Promise<void> {
    let text: string;
    try {
      text = await Deno.readTextFile(this.#path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        this.#logger.warn("What was learned can't be read", { path: this.#path, error });
      }
      return;
    }
    try {
      this.#router.experience.load(JSON.parse(text));
    } catch (error) {
      const aside = `${this.#path}.broken`;
      await Deno.rename(this.#path, aside).catch(() => {});
      this.#logger.warn("What was learned is damaged and set aside", { path: aside, error });
    }
  }

  /** Books how a try went. */
  report(outcome: { decision: string; capability: string; success: boolean; latencyMs?: number }) {
    this.#router.learn(outcome);
    this.#saveSoon();
  }

  feedback(feedback: Feedback): Promise<void> {
    if (!this.#router.learn(feedback)) {
      return Promise.reject(
        new AtmosphereError("not_found", `No decision "${feedback.decision}" is remembered`, {
          param: "decision",
          hint:
            "Take the id from the x-atmosphere-decision header of a recent answer, or name the capability",
        }),
      );
    }
    this.#saveSoon();
    return Promise.resolve();
  }

  experience(): Promise<ExperienceView[]> {
    const { experience } = this.#router;
    const data: ExperienceData = experience.toJSON();
    const into: Judgement = { value: 0, weight: 0 };
    const views = Object.entries(data.capabilities).flatMap(([capability, clusters]) =>
      Object.entries(clusters).map(([cluster, { latencyMs }]): ExperienceView => {
        experience.judge(capability, { cluster, nowMs: Date.now(), into });
        return {
          capability,
          intent: cluster,
          value: into.value,
          weight: into.weight,
          ...(latencyMs === undefined ? {} : { latencyMs }),
        };
      })
    );
    return Promise.resolve(views.sort((a, b) => b.weight - a.weight));
  }

  async forgetExperience(capability?: string): Promise<void> {
    this.#router.experience.reset(capability);
    await this.#save();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== undefined) await this.#save();
    await this.#saving;
  }

  #saveSoon(): void {
    this.#timer ??= setTimeout(() => void this.#save(), saveDelayMs);
  }

  #save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.then(async () => {
      const temporary = `${this.#path}.${Deno.pid}.tmp`;
      try {
        await Deno.writeTextFile(temporary, JSON.stringify(this.#router.experience), {
          mode: 0o600,
        });
        await Deno.rename(temporary, this.#path);
      } catch (error) {
        this.#logger.warn("What was learned can't be stored", { path: this.#path, error });
      }
    });
    return this.#saving;
  }
}
