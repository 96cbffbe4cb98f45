/**
 * Takes documents apart: short ones at once, others in a thread, so that a node goes on answering.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import { toError } from "../error_record.ts";
import type { ChunkOptions, DocumentContent, NewItem } from "../types.ts";
import { chunkItems } from "./items.ts";
import { mediaTypeOf, readChunks } from "./read.ts";
import type { ReadAnswer, ReadRequest } from "./worker.ts";

// Taking apart that much text holds up a busy machine for some 30 ms; a thread takes longer to start.
const quickBytes = 32_768;
/** How long a thread waits for the next document. */
const idleMs = 5_000;

/** Options of {@linkcode DocumentReader.items}. */
export interface ReadOptions {
  readonly chunking?: ChunkOptions;
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly items: NewItem[];
  resolve(items: NewItem[]): void;
  reject(reason: unknown): void;
}

/** PDFs are read by a library that alone takes long to load. */
function isQuick({ name, bytes, mediaType }: DocumentContent): boolean {
  return bytes.length <= quickBytes && (mediaType ?? mediaTypeOf(name)) !== "application/pdf";
}

/** Reads documents; dispose it when done. */
export class DocumentReader implements Disposable {
  #worker: Worker | undefined;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();

  /**
   * The chunks of `document` as items. Throws `unsupported_media_type` or `invalid_request` when it
   * can't be read, and the reason of an aborted `signal`.
   */
  async items(document: DocumentContent, options: ReadOptions = {}): Promise<NewItem[]> {
    const { chunking = {}, signal } = options;
    signal?.throwIfAborted();
    const { name, bytes, mediaType } = document;
    const content = { name, bytes, ...(mediaType === undefined ? {} : { mediaType }) };
    if (isQuick(content)) return chunkItems(name, await readChunks(content, chunking));
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<NewItem[]>();
    this.#waiting.set(id, { items: [], resolve, reject });
    const onAbort = () => {
      reject(signal?.reason);
      this.#settled(id);
      // What nobody waits for must not keep a processor busy.
      if (this.#waiting.size === 0) this[Symbol.dispose]();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      // The caller keeps its bytes; the thread gets a copy without a second one being made.
      const copy = bytes.slice();
      const request: ReadRequest = { id, document: { ...content, bytes: copy }, chunking };
      this.#thread().postMessage(request, [copy.buffer]);
      return await promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  #thread(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      type: "module",
      name: "atmosphere-documents",
    });
    worker.onmessage = ({ data }: MessageEvent<ReadAnswer>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(
        new AtmosphereError("internal", "The thread that reads documents has crashed", {
          cause: event.error ?? event.message,
        }),
      );
    };
    return this.#worker = worker;
  }

  #receive(answer: ReadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if ("items" in answer) {
      waiting?.items.push(...answer.items);
      return;
    }
    if ("error" in answer) waiting?.reject(toError(answer.error));
    else waiting?.resolve(waiting.items);
    this.#settled(answer.id);
  }

  #settled(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size > 0 || this.#worker === undefined) return;
    clearTimeout(this.#idle);
    const idle = setTimeout(() => this[Symbol.dispose](), idleMs);
    Deno.unrefTimer(idle);
    this.#idle = idle;
  }

  #fail(reason: unknown): void {
    clearTimeout(this.#idle);
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const waiting of this.#waiting.values()) waiting.reject(reason);
    this.#waiting.clear();
  }

  /** Ends the thread; whoever still waits gets `shutting_down`. */
  [Symbol.dispose](): void {
    this.#fail(new AtmosphereError("shutting_down", "The memory is closed"));
  }
}
