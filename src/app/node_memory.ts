/**
 * The memory of a node that listens: opened when it is first needed, and again if it breaks.
 *
 * @module
 */

import type { MemoryApi, MemoryFilesApi } from "../core/mod.ts";
import type { Memory } from "../memory/mod.ts";

type Args<M extends keyof MemoryApi> = Parameters<MemoryApi[M]>;

/** A memory that is opened at its first use. */
export class NodeMemory implements MemoryApi, AsyncDisposable {
  readonly #open: () => Promise<Memory>;
  readonly #onChange: () => void | Promise<void>;
  #memory: Promise<Memory> | undefined;
  /** Whether it is known to hold something. */
  #hasItems = false;

  /**
   * Does no I/O; `open` is called at the first use, `onChange` when it may have become empty or no
   * longer be so. Who added the first item can be routed to it at once: the answer waits for it.
   */
  constructor(
    open: () => Promise<Memory>,
    options: { onChange?: () => void | Promise<void> } = {},
  ) {
    this.#open = open;
    this.#onChange = options.onChange ?? (() => {});
  }

  /** Whether it holds anything; undefined when it is not open, which this does not change. */
  async hasItems(options: { signal?: AbortSignal } = {}): Promise<boolean | undefined> {
    const memory = await this.#memory?.catch(() => undefined);
    if (memory === undefined || !memory.isOpen) return undefined;
    if (!this.#hasItems) {
      const collections = await memory.collections(options);
      this.#hasItems = collections.some(({ items }) => items > 0);
    }
    return this.#hasItems;
  }

  /** Runs what may add to an empty memory. */
  async #adding<T>(work: (memory: Memory) => Promise<T>): Promise<T> {
    const memory = await this.#get();
    try {
      return await work(memory);
    } finally {
      // Also after a failure: an import that is cut short has added what came before.
      if (!this.#hasItems) await this.#onChange();
    }
  }

  /** Runs what may leave a memory empty. */
  async #removing<T>(work: (memory: Memory) => Promise<T>): Promise<T> {
    const memory = await this.#get();
    try {
      return await work(memory);
    } finally {
      this.#hasItems = false;
      await this.#onChange();
    }
  }

  /** The memory's files, opened as it is. */
  get files(): MemoryFilesApi {
    const files = async () => (await this.#get()).files;
    return {
      putFile: async (file) => await (await files()).putFile(file),
      files: async () => await (await files()).files(),
      fileBytes: async (id) => await (await files()).fileBytes(id),
      dropFile: async (id) => await (await files()).dropFile(id),
      attach: async (options) => await this.#adding((memory) => memory.files.attach(options)),
      attachments: async (collection) => await (await files()).attachments(collection),
      detach: async (collection, id) =>
        await this.#removing((memory) => memory.files.detach(collection, id)),
    };
  }

  /** Opens it now; a no-op when it is open. */
  async warm(): Promise<void> {
    await this.#get();
  }

  async #get(): Promise<Memory> {
    // A failure is not kept: the disk may have room, or the server be there, at the next call.
    const opening = this.#memory ??= this.#open().catch((error) => {
      this.#memory = undefined;
      throw error;
    });
    const memory = await opening;
    if (memory.isOpen) return memory;
    if (this.#memory === opening) {
      this.#memory = undefined;
      await memory[Symbol.asyncDispose]();
    }
    return await this.#get();
  }

  async collections(...args: Args<"collections">): ReturnType<MemoryApi["collections"]> {
    return await (await this.#get()).collections(...args);
  }

  async createCollection(
    ...args: Args<"createCollection">
  ): ReturnType<MemoryApi["createCollection"]> {
    return await (await this.#get()).createCollection(...args);
  }

  async changeCollection(
    ...args: Args<"changeCollection">
  ): ReturnType<MemoryApi["changeCollection"]> {
    return await (await this.#get()).changeCollection(...args);
  }

  async dropCollection(...args: Args<"dropCollection">): ReturnType<MemoryApi["dropCollection"]> {
    return await this.#removing((memory) => memory.dropCollection(...args));
  }

  async add(...args: Args<"add">): ReturnType<MemoryApi["add"]> {
    return await this.#adding((memory) => memory.add(...args));
  }

  async addDocument(...args: Args<"addDocument">): ReturnType<MemoryApi["addDocument"]> {
    return await this.#adding((memory) => memory.addDocument(...args));
  }

  async search(...args: Args<"search">): ReturnType<MemoryApi["search"]> {
    const result = await (await this.#get()).search(...args);
    if (!this.#hasItems && result.hits.length > 0) {
      // Another program has added them.
      this.#hasItems = true;
      await this.#onChange();
    }
    return result;
  }

  async get(...args: Args<"get">): ReturnType<MemoryApi["get"]> {
    return await (await this.#get()).get(...args);
  }

  async history(...args: Args<"history">): ReturnType<MemoryApi["history"]> {
    return await (await this.#get()).history(...args);
  }

  async list(...args: Args<"list">): ReturnType<MemoryApi["list"]> {
    return await (await this.#get()).list(...args);
  }

  async forget(...args: Args<"forget">): ReturnType<MemoryApi["forget"]> {
    return await this.#removing((memory) => memory.forget(...args));
  }

  async *export(...args: Args<"export">): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield* (await this.#get()).export(...args);
  }

  async import(...args: Args<"import">): ReturnType<MemoryApi["import"]> {
    return await this.#adding((memory) => memory.import(...args));
  }

  async stats(...args: Args<"stats">): ReturnType<MemoryApi["stats"]> {
    return await (await this.#get()).stats(...args);
  }

  async verify(...args: Args<"verify">): ReturnType<MemoryApi["verify"]> {
    return await (await this.#get()).verify(...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const memory = await this.#memory?.catch(() => undefined);
    await memory?.[Symbol.asyncDispose]();
  }
}
