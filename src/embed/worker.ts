/**
 * The embedding engine off the event loop: takes requests, feeds the model, answers.
 *
 * @module
 */

import { loadModelEngine, type ModelEngine } from "./model_engine.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { Scheduler } from "./scheduler.ts";

/**
 * Tokens, padding included, that the model reads in one run. More would need more memory and make
 * others wait longer, and would be no faster: the matrices are large enough for one core.
 */
const batchTokens = 512;
/** Tokens that neighbouring parts of a long text share. */
const overlapTokens = 32;

/** The worker's own end of the line; the library of types knows only a page's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

class EngineService {
  readonly #scope: WorkerScope;
  #engine: ModelEngine | undefined;
  #scheduler: Scheduler | undefined;
  #isRunning = false;
  #isStopping = false;

  constructor(scope: WorkerScope) {
    this.#scope = scope;
    scope.onmessage = ({ data }) => this.#receive(data);
  }

  #receive(message: ToWorker): void {
    switch (message.type) {
      case "load":
        void this.#load(message);
        break;
      case "embed":
        if (this.#scheduler === undefined) {
          this.#refuse(message.id, new Error("The model is not loaded"));
          break;
        }
        this.#scheduler.add(message.id, message.texts);
        void this.#run();
        break;
      case "cancel":
        this.#scheduler?.cancel(message.id);
        break;
      case "stop":
        this.#isStopping = true;
        if (!this.#isRunning) this.#scope.postMessage({ type: "stopped" });
    }
  }

  async #load(message: Extract<ToWorker, { type: "load" }>): Promise<void> {
    try {
      const engine = await loadModelEngine(message);
      const { dimensions, viewDimensions, maxTokens, tokenizer, runtime, nativeFailure } = engine;
      this.#engine = engine;
      this.#scheduler = new Scheduler({
        tokenizer,
        dimensions,
        viewDimensions,
        maxTokens,
        batchTokens,
        overlapTokens,
      });
      this.#scope.postMessage({
        type: "loaded",
        dimensions,
        viewDimensions,
        maxTokens,
        runtime,
        nativeFailure,
      });
    } catch (error) {
      const hint = error instanceof Error && "hint" in error ? error.hint : undefined;
      this.#scope.postMessage({
        type: "failed",
        reason: reasonOf(error),
        hint: typeof hint === "string" ? hint : undefined,
      });
    }
  }

  /** Runs batches until nothing waits. Messages arrive between two of them. */
  async #run(): Promise<void> {
    const [engine, scheduler] = [this.#engine, this.#scheduler];
    if (this.#isRunning || engine === undefined || scheduler === undefined) return;
    this.#isRunning = true;
    try {
      for (let batch = scheduler.next(); batch !== undefined; batch = scheduler.next()) {
        const vectors = await engine.embed(batch.map(({ ids }) => ids));
        if (this.#isStopping) break;
        for (const { id, vectors: all, tokens } of scheduler.complete(batch, vectors)) {
          this.#scope.postMessage({ type: "embedded", id, vectors: all, tokens }, [all.buffer]);
        }
        // The engine runs in an immediate, and those go before the delivery of messages: without
        // this turn of the loop, a new request would wait for many batches.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    } catch (error) {
      for (const id of scheduler.requests) {
        scheduler.cancel(id);
        this.#refuse(id, error);
      }
    } finally {
      this.#isRunning = false;
      if (this.#isStopping) this.#scope.postMessage({ type: "stopped" });
    }
  }

  #refuse(id: number, error: unknown): void {
    this.#scope.postMessage({ type: "refused", id, reason: reasonOf(error) });
  }
}

if (typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === "function") {
  new EngineService(globalThis as unknown as WorkerScope);
}
