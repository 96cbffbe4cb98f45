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
  #memory: Promise<Memory> | undefined;

  /** Does no I/O; `open` is called at the first use. */
  constructor(open: () => Promise<Memory>) {
    this.#open = open;
  }

  /** The memory's files, opened as it is. */
  get files(): MemoryFilesApi {
    const files = async () => (await this.#get()).files;
    return {
      putFile: async (file) => await (await files()).putFile(file),
      files: async () => await (await files()).files(),
      fileBytes: async (id) => await (await files()).fileBytes(id),
      dropFile: async (id) => await (await files()).dropFile(id),
      attach: async (options) => await (await files()).attach(options),
      attachments: async (collection) => await (await files()).attachments(collection),
      detach: async (collection, id) => await (await files()).detach(collection, id),
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
    return await (await this.#get()).dropCollection(...args);
  }

  async add(...args: Args<"add">): ReturnType<MemoryApi["add"]> {
    return await (await this.#get()).add(...args);
  }

  async addDocument(...args: Args<"addDocument">): ReturnType<MemoryApi["addDocument"]> {
    return await (await this.#get()).addDocument(...args);
  }

  async search(...args: Args<"search">): ReturnType<MemoryApi["search"]> {
    return await (await this.#get()).search(...args);
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
    return await (await this.#get()).forget(...args);
  }

  async *export(...args: Args<"export">): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield* (await this.#get()).export(...args);
  }

  async import(...args: Args<"import">): ReturnType<MemoryApi["import"]> {
    return await (await this.#get()).import(...args);
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
