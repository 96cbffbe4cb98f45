/**
 * What past requests say of a capability for one kind of intent.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";
import type { Constants } from "./constants.ts";

/** How a request went, or what somebody thought of the answer. */
export interface Outcome {
  /** Id of the capability that answered. */
  readonly capability: string;
  /** Class and hardness of the intent, as the router named it: `code/hard`. */
  readonly cluster: string;
  /** Whether an answer came; undefined: nothing is said about it. */
  readonly success?: boolean | undefined;
  /** What a person thought of the answer, from -1 (bad) to 1 (good). */
  readonly rating?: number | undefined;
  /** Time to the first byte in milliseconds. */
  readonly latencyMs?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** What is stored of one capability and cluster. All sums decay. */
export interface ClusterExperience {
  /** Sum of the outcomes' weights. */
  weight: number;
  /** Sum of weight times value; a value is -1 (bad) to 1 (good), 0 for an answer without praise. */
  sum: number;
  /** Mean time to the first byte in milliseconds; undefined: never measured. */
  latencyMs?: number;
  /** When the sums were last brought up to date, milliseconds since the epoch. */
  atMs: number;
  /** Number of the hour that `hourWeight` belongs to. */
  hour: number;
  /** Weight that was taken in this hour. */
  hourWeight: number;
}

/** Serialised experience. */
export interface ExperienceData {
  readonly version: 1;
  /** By capability, then by cluster. */
  readonly capabilities: Readonly<Record<string, Readonly<Record<string, ClusterExperience>>>>;
}

/** What the router makes of it for one candidate. */
export interface Judgement {
  /** -1 to 1; 0 where nothing is known. */
  value: number;
  /** Decayed number of outcomes behind it. */
  weight: number;
}

const hourMs = 3_600_000;

/**
 * Decaying means of outcomes by capability and cluster.
 *
 * A mean is drawn to 0 by a prior as if so many neutral outcomes had been seen, and an hour can
 * weigh only so much: one bad hour takes a little from a good capability and bans nothing.
 */
export class Experience {
  readonly #byCapability = new Map<string, Map<string, ClusterExperience>>();
  readonly #constants: Constants;
  /** The capability at the end of the map. */
  #latest: string | undefined;

  /** Knows nothing. */
  constructor(constants: Constants) {
    this.#constants = constants;
  }

  /** Capabilities that something is known of. */
  get size(): number {
    return this.#byCapability.size;
  }

  /** Takes an outcome in. One without `success`, `rating` and `latencyMs` changes nothing. */
  record(outcome: Outcome): void {
    const { success, rating, latencyMs, atMs } = outcome;
    const entry = this.#entry(outcome.capability, outcome.cluster, atMs);
    this.#decay(entry, atMs);
    const { ratingWeight, latencyAlpha, latencyMaxMs } = this.#constants;
    if (rating !== undefined && Number.isFinite(rating)) {
      this.#add(entry, { value: Math.min(1, Math.max(-1, rating)), weight: ratingWeight, atMs });
    } else if (success !== undefined) {
      this.#add(entry, { value: success ? 0 : -1, weight: 1, atMs });
    }
    if (latencyMs !== undefined && latencyMs >= 0 && latencyMs < Infinity) {
      const sample = Math.min(latencyMs, latencyMaxMs);
      entry.latencyMs = entry.latencyMs === undefined
        ? sample
        : entry.latencyMs + latencyAlpha * (sample - entry.latencyMs);
    }
  }

  /** What is known of `capability` for `cluster`, written into `into`. */
  judge(capability: string, options: { cluster: string; nowMs: number; into: Judgement }): void {
    const { cluster, nowMs, into } = options;
    into.value = 0;
    into.weight = 0;
    const entry = this.#byCapability.get(capability)?.get(cluster);
    if (entry === undefined) return;
    const kept = this.#kept(entry, nowMs);
    into.weight = entry.weight * kept;
    into.value = entry.sum * kept / (into.weight + this.#constants.experiencePrior);
  }

  /** Mean time to the first byte of `capability` for `cluster`; undefined: never measured. */
  latencyMs(capability: string, cluster: string): number | undefined {
    return this.#byCapability.get(capability)?.get(cluster)?.latencyMs;
  }

  /** Forgets everything, or everything of one capability. */
  reset(capability?: string): void {
    if (capability === undefined) this.#byCapability.clear();
    else this.#byCapability.delete(capability);
  }

  /** A copy that `load` takes back. */
  toJSON(): ExperienceData {
    const capabilities: Record<string, Record<string, ClusterExperience>> = {};
    for (const [id, clusters] of this.#byCapability) {
      const copy: Record<string, ClusterExperience> = {};
      for (const [cluster, entry] of clusters) copy[cluster] = { ...entry };
      capabilities[id] = copy;
    }
    return { version: 1, capabilities };
  }

  /**
   * Replaces everything by what `toJSON` gave, as read from a file or a database.
   *
   * Throws `invalid_request` that names what is wrong; nothing is replaced then.
   */
  load(data: unknown): void {
    const parsed = parseData(data);
    this.#byCapability.clear();
    this.#latest = undefined;
    for (const [id, clusters] of parsed) this.#byCapability.set(id, clusters);
    this.#bound();
  }

  #entry(capability: string, cluster: string, atMs: number): ClusterExperience {
    const clusters = this.#byCapability.get(capability) ?? new Map<string, ClusterExperience>();
    if (this.#latest !== capability || clusters.size === 0) {
      // Moves it to the end, so that the first one is the longest unused.
      this.#byCapability.delete(capability);
      this.#byCapability.set(capability, clusters);
      this.#latest = capability;
    }
    let entry = clusters.get(cluster);
    if (entry === undefined) {
      entry = { weight: 0, sum: 0, atMs, hour: 0, hourWeight: 0 };
      clusters.set(cluster, entry);
    }
    this.#bound();
    return entry;
  }

  #bound(): void {
    while (this.#byCapability.size > this.#constants.experienceCapabilities) {
      const [oldest] = this.#byCapability.keys();
      if (oldest === undefined) return;
      this.#byCapability.delete(oldest);
    }
  }

  #add(
    entry: ClusterExperience,
    sample: { value: number; weight: number; atMs: number },
  ): void {
    const hour = Math.floor(sample.atMs / hourMs);
    if (hour !== entry.hour) {
      entry.hour = hour;
      entry.hourWeight = 0;
    }
    const room = this.#constants.experiencePerHour - entry.hourWeight;
    const weight = Math.min(sample.weight, Math.max(0, room));
    entry.hourWeight += weight;
    entry.weight += weight;
    entry.sum += weight * sample.value;
  }

  #decay(entry: ClusterExperience, nowMs: number): void {
    const kept = this.#kept(entry, nowMs);
    entry.weight *= kept;
    entry.sum *= kept;
    entry.atMs = Math.max(entry.atMs, nowMs);
  }

  #kept(entry: ClusterExperience, nowMs: number): number {
    const ageMs = Math.max(0, nowMs - entry.atMs);
    return 2 ** (-ageMs / (this.#constants.experienceHalfLifeDays * 24 * hourMs));
  }
}

function parseData(data: unknown): [string, Map<string, ClusterExperience>][] {
  if (!isRecord(data) || data.version !== 1 || !isRecord(data.capabilities)) {
    throw broken("expected an object with version 1 and capabilities");
  }
  return Object.entries(data.capabilities).map(([id, clusters]) => {
    if (!isRecord(clusters)) throw broken(`capabilities.${id} is not an object`);
    const entries = Object.entries(clusters).map(([cluster, entry]) =>
      [cluster, parseEntry(entry, `capabilities.${id}.${cluster}`)] as const
    );
    return [id, new Map(entries)];
  });
}

function parseEntry(entry: unknown, path: string): ClusterExperience {
  if (!isRecord(entry)) throw broken(`${path} is not an object`);
  const number = (key: string): number => {
    const value = entry[key];
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw broken(`${path}.${key} is ${JSON.stringify(value) ?? "missing"}, expected a number`);
    }
    return value;
  };
  const weight = Math.max(0, number("weight"));
  const sum = Math.min(weight, Math.max(-weight, number("sum")));
  return {
    weight,
    sum,
    atMs: number("atMs"),
    hour: number("hour"),
    hourWeight: number("hourWeight"),
    ...(entry.latencyMs === undefined ? {} : { latencyMs: Math.max(0, number("latencyMs")) }),
  };
}

function broken(what: string): AtmosphereError {
  return new AtmosphereError("invalid_request", `Cannot read the stored experience: ${what}`, {
    hint: "Reset it with the routes' feedback reset; the router starts anew without it",
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
