/**
 * Decides what the model reads next, so that many callers share it fairly and without waste.
 *
 * Requests take turns to lead a batch, so that a short text waits for a batch or two and not for
 * the book before it; the rest of the batch is filled with windows of similar length, whoever
 * asked for them.
 *
 * @module
 */

import { normalize } from "./pooling.ts";
import {
  type Tokenizer,
  type TokenWindow,
  tokenWindows,
  type WindowOptions,
} from "./token_windows.ts";

/** A window on its way through the model. */
export interface ScheduledWindow extends TokenWindow {
  readonly request: number;
  /** Which of the request's texts it is from. */
  readonly text: number;
}

/** A request whose texts are all embedded. */
export interface FinishedRequest {
  readonly id: number;
  /** One row after the other: a unit-length vector, and behind it the second one where there is one. */
  readonly vectors: Float32Array<ArrayBuffer>;
  readonly tokens: number;
}

/** Options of {@linkcode Scheduler}. */
export interface SchedulerOptions extends WindowOptions {
  readonly tokenizer: Tokenizer;
  /** Length of a vector. */
  readonly dimensions: number;
  /** Length of the second vector of each text. @default 0 */
  readonly viewDimensions?: number;
  /** Tokens of a batch, padding included; one window may be longer. */
  readonly batchTokens: number;
}

/** Windows that a request keeps ready to choose from: enough to find some of similar length. */
const readyWindows = 32;
/** Batches' worth of windows to choose from. */
const poolBatches = 4;
/** A window is not batched with one of more than this many times its length. */
const widestPadding = 2;

interface Request {
  readonly id: number;
  readonly windows: Iterator<ScheduledWindow, void>;
  readonly vectors: Float32Array<ArrayBuffer>;
  /** Windows of each text that are tokenised and not yet embedded. */
  readonly pending: Uint32Array;
  readonly isCut: Uint8Array;
  ready: ScheduledWindow[];
  textsLeft: number;
  tokens: number;
}

/** The windows of all requests under way. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  /** Numbers of a text's row. */
  readonly #width: number;
  readonly #requests = new Map<number, Request>();

  /** Nothing to do yet. */
  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#width = options.dimensions + (options.viewDimensions ?? 0);
  }

  /** Ids of the requests under way. */
  get requests(): number[] {
    return [...this.#requests.keys()];
  }

  /** Takes up a request for at least one text. */
  add(id: number, texts: readonly string[]): void {
    this.#requests.set(id, {
      id,
      windows: this.#windowsOf(id, texts),
      vectors: new Float32Array(texts.length * this.#width),
      pending: new Uint32Array(texts.length),
      isCut: new Uint8Array(texts.length),
      ready: [],
      textsLeft: texts.length,
      tokens: 0,
    });
  }

  /** Drops a request; what of it is in the model is ignored when it comes out. */
  cancel(id: number): void {
    this.#requests.delete(id);
  }

  /** The next batch; undefined when nothing waits. */
  next(): ScheduledWindow[] | undefined {
    const pool = this.#pool();
    const [leader] = pool;
    if (leader === undefined) return undefined;
    const batch = this.#similar(pool, leader);
    const taken = new Set(batch);
    for (const id of new Set(batch.map(({ request }) => request))) {
      const request = this.#requests.get(id);
      if (request !== undefined) request.ready = request.ready.filter((w) => !taken.has(w));
    }
    // Who led goes to the end of the line.
    const led = this.#requests.get(leader.request);
    if (led !== undefined && this.#requests.delete(led.id)) this.#requests.set(led.id, led);
    return batch;
  }

  /** Takes a batch's rows, one after the other, and returns what is finished by them. */
  complete(batch: readonly ScheduledWindow[], vectors: Float32Array): FinishedRequest[] {
    const { dimensions } = this.#options;
    const width = this.#width;
    const finished: FinishedRequest[] = [];
    batch.forEach((window, row) => {
      const request = this.#requests.get(window.request);
      if (request === undefined) return;
      const vector = request.vectors.subarray(
        window.text * width,
        (window.text + 1) * width,
      );
      for (let d = 0; d < width; d++) {
        vector[d] = (vector[d] ?? 0) + window.weight * (vectors[row * width + d] ?? 0);
      }
      const pending = (request.pending[window.text] ?? 0) - 1;
      request.pending[window.text] = pending;
      if (pending > 0 || request.isCut[window.text] === 0) return;
      normalize(vector.subarray(0, dimensions));
      normalize(vector.subarray(dimensions));
      request.textsLeft--;
      if (request.textsLeft > 0) return;
      this.#requests.delete(request.id);
      finished.push({ id: request.id, vectors: request.vectors, tokens: request.tokens });
    });
    return finished;
  }

  *#windowsOf(request: number, texts: readonly string[]): Generator<ScheduledWindow, void> {
    for (let text = 0; text < texts.length; text++) {
      for (
        const window of tokenWindows(texts[text] ?? "", this.#options.tokenizer, this.#options)
      ) {
        yield { ...window, request, text };
      }
    }
  }

  /** Windows to choose from, first one of the request whose turn it is. */
  #pool(): ScheduledWindow[] {
    const enoughTokens = this.#options.batchTokens * poolBatches;
    const pool: ScheduledWindow[] = [];
    let tokens = 0;
    for (const request of this.#requests.values()) {
      this.#refill(request);
      for (const window of request.ready) {
        pool.push(window);
        tokens += window.ids.length;
      }
      if (tokens >= enoughTokens) break;
    }
    return pool;
  }

  #refill(request: Request): void {
    while (request.ready.length < readyWindows) {
      const { value: window, done } = request.windows.next();
      if (done === true || window === undefined) return;
      request.ready.push(window);
      request.pending[window.text] = (request.pending[window.text] ?? 0) + 1;
      if (window.textTokens === undefined) continue;
      request.isCut[window.text] = 1;
      request.tokens += window.textTokens;
    }
  }

  /** `leader` and the windows nearest to it in length, as far as the budget reaches. */
  #similar(pool: readonly ScheduledWindow[], leader: ScheduledWindow): ScheduledWindow[] {
    const sorted = pool.toSorted((a, b) => a.ids.length - b.ids.length);
    const lengthAt = (i: number) => sorted[i]?.ids.length;
    let first = sorted.indexOf(leader);
    let last = first;
    while (true) {
      const shortest = lengthAt(first) ?? 0;
      const longest = lengthAt(last) ?? 0;
      const [shorter, longer] = [lengthAt(first - 1), lengthAt(last + 1)];
      const fits = (length: number) => (last - first + 2) * length <= this.#options.batchTokens;
      const below = shorter !== undefined && fits(longest) && shorter * widestPadding >= longest;
      const above = longer !== undefined && fits(longer) && shortest * widestPadding >= longer;
      if (!below && !above) return sorted.slice(first, last + 1);
      if (above && (!below || longer - longest <= longest - shorter)) last++;
      else first--;
    }
  }
}
