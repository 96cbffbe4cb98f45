/**
 * The embedding engine, off the event loop: tokenises, runs the model, pools.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { readManifest, verifyModel } from "./model_files.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { batchWindows, cutTokens, normalize, type TokenWindow } from "./windows.ts";

/** Tokens, padding included, that the model reads in one run: bounds the memory that it needs. */
const batchTokens = 2_048;
/** Tokens that neighbouring parts of a long text share. */
const overlapTokens = 32;

interface Engine {
  readonly dimensions: number;
  readonly maxTokens: number;
  tokenize(text: string): readonly number[];
  /** Hidden states of a batch, [batch, sequence, dimensions]. */
  run(ids: BigInt64Array, mask: BigInt64Array, shape: [number, number]): Promise<Float32Array>;
}

async function loadEngine(message: Extract<ToWorker, { type: "load" }>): Promise<Engine> {
  const { directory, hubName, threads } = message;
  const manifest = hubName === undefined ? await readManifest(directory) : undefined;
  if (hubName === undefined) {
    if (manifest === undefined) throw new Error(`There is no embedding model in ${directory}`);
    await verifyModel(directory, manifest);
  }
  // The library takes a worker for a page's and resolves addresses against a location of "null".
  Object.defineProperty(globalThis, "location", { value: undefined, configurable: true });
  const { AutoModel, AutoTokenizer, env, Tensor } = await import("@huggingface/transformers");
  env.useBrowserCache = false;
  env.allowLocalModels = true;
  env.allowRemoteModels = hubName !== undefined;
  env.localModelPath = hubName === undefined ? dirname(directory) : directory;
  env.cacheDir = directory;
  const name = hubName ?? basename(directory);
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const model = await AutoModel.from_pretrained(name, {
    dtype: "q8",
    session_options: {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // The arena keeps the largest batch's memory for good; allocating anew costs a few percent.
      enableCpuMemArena: false,
      enableMemPattern: false,
    },
  });
  const maxTokens = Math.min(
    manifest?.maxTokens ?? message.maxTokens,
    positive(tokenizer.model_max_length) ?? message.maxTokens,
  );
  const engine: Engine = {
    dimensions: manifest?.dimensions ?? 0,
    maxTokens,
    tokenize: (text) => tokenizer.encode(text),
    async run(ids, mask, shape) {
      const { last_hidden_state: hidden } = await model({
        input_ids: new Tensor("int64", ids, shape),
        attention_mask: new Tensor("int64", mask, shape),
        token_type_ids: new Tensor("int64", new BigInt64Array(ids.length), shape),
      });
      return hidden.data;
    },
  };
  if (engine.dimensions > 0) return engine;
  const probe = await engine.run(new BigInt64Array(2), BigInt64Array.of(1n, 1n), [1, 2]);
  return { ...engine, dimensions: probe.length / 2 };
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 && value < 1e6 ? value : undefined;
}

async function embed(
  engine: Engine,
  texts: readonly string[],
): Promise<{ vectors: Float32Array<ArrayBuffer>; tokens: number[] }> {
  const { dimensions, maxTokens } = engine;
  const tokens: number[] = [];
  const windows = texts.flatMap((text, index) => {
    // A lone surrogate is no character, and the tokeniser's table has none either.
    const ids = engine.tokenize(text.toWellFormed());
    tokens.push(ids.length);
    return cutTokens(ids, index, { maxTokens, overlapTokens });
  });
  const vectors = new Float32Array(texts.length * dimensions);
  for (const batch of batchWindows(windows, batchTokens)) {
    await addBatch(engine, batch, vectors);
  }
  for (let i = 0; i < texts.length; i++) {
    normalize(vectors.subarray(i * dimensions, (i + 1) * dimensions));
  }
  return { vectors, tokens };
}

/** Adds each window's pooled vector, by its weight, to the vector of its text. */
async function addBatch(
  engine: Engine,
  batch: readonly TokenWindow[],
  vectors: Float32Array,
): Promise<void> {
  const { dimensions } = engine;
  const length = batch.reduce((longest, { ids }) => Math.max(longest, ids.length), 0);
  const ids = new BigInt64Array(batch.length * length);
  const mask = new BigInt64Array(batch.length * length);
  batch.forEach((window, row) => {
    window.ids.forEach((id, column) => {
      ids[row * length + column] = BigInt(id);
      mask[row * length + column] = 1n;
    });
  });
  const hidden = await engine.run(ids, mask, [batch.length, length]);
  const pooled = new Float32Array(dimensions);
  batch.forEach((window, row) => {
    pooled.fill(0);
    for (let token = 0; token < window.ids.length; token++) {
      const start = (row * length + token) * dimensions;
      for (let d = 0; d < dimensions; d++) pooled[d] = (pooled[d] ?? 0) + (hidden[start + d] ?? 0);
    }
    normalize(pooled);
    const offset = window.text * dimensions;
    for (let d = 0; d < dimensions; d++) {
      vectors[offset + d] = (vectors[offset + d] ?? 0) + (pooled[d] ?? 0) * window.weight;
    }
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The worker's own end of the line; the library of types knows only a page's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
}

function serve(scope: WorkerScope): void {
  let engine: Promise<Engine> | undefined;
  scope.onmessage = async ({ data: message }) => {
    if (message.type === "load") {
      engine = loadEngine(message);
      try {
        const { dimensions, maxTokens } = await engine;
        scope.postMessage({ type: "loaded", dimensions, maxTokens });
      } catch (error) {
        const hint = error instanceof Error && "hint" in error ? error.hint : undefined;
        scope.postMessage({
          type: "failed",
          reason: reasonOf(error),
          hint: typeof hint === "string" ? hint : undefined,
        });
      }
      return;
    }
    try {
      if (engine === undefined) throw new Error("The engine was not told to load");
      const { vectors, tokens } = await embed(await engine, message.texts);
      scope.postMessage({ type: "embedded", id: message.id, vectors, tokens }, [vectors.buffer]);
    } catch (error) {
      scope.postMessage({ type: "refused", id: message.id, reason: reasonOf(error) });
    }
  };
}

if (typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === "function") {
  serve(globalThis as unknown as WorkerScope);
}
