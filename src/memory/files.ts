/**
 * Files of the memory: kept whole, and put into collections as chunks.
 *
 * @module
 */

import { AtmosphereError, type Clock, createId } from "../core/mod.ts";
import type { EngineClient } from "./client.ts";
import { mediaTypeOf } from "./documents/read.ts";
import type { Attachment, AttachOptions, MemoryApi, MemoryFilesApi, StoredFile } from "./types.ts";

/** Largest file that is kept, in bytes. */
const maxFileBytes = 64 * 1024 * 1024;

/** Keeps files in the database and their chunks in collections. */
export class MemoryFiles implements MemoryFilesApi {
  readonly #memory: MemoryApi;
  readonly #engine: EngineClient;
  readonly #clock: Clock;

  /** Files of `memory`, whose database is behind `engine`. */
  constructor(memory: MemoryApi, options: { engine: EngineClient; clock: Clock }) {
    this.#memory = memory;
    this.#engine = options.engine;
    this.#clock = options.clock;
  }

  async putFile(
    file: { name: string; purpose: string; bytes: Uint8Array },
  ): Promise<StoredFile> {
    const { name, purpose, bytes } = file;
    if (bytes.length > maxFileBytes) {
      throw new AtmosphereError(
        "payload_too_large",
        `The file has ${bytes.length} bytes, the most is ${maxFileBytes}`,
      );
    }
    const now = this.#clock.now();
    const stored: StoredFile = {
      id: createId("file", now).replace("_", "-"),
      name,
      purpose,
      sizeBytes: bytes.length,
      createdAt: new Date(now).toISOString(),
    };
    await this.#engine.call("putFile", { ...stored, bytes });
    return stored;
  }

  async files(): Promise<StoredFile[]> {
    return await this.#engine.call("files", undefined);
  }

  async fileBytes(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return await this.#engine.call("fileBytes", { id });
  }

  async dropFile(id: string): Promise<boolean> {
    const known = (await this.files()).some((file) => file.id === id);
    if (!known) return false;
    for (const { name } of await this.#memory.collections()) await this.detach(name, id);
    await this.#engine.call("dropFile", { id });
    return true;
  }

  async attach(options: AttachOptions): Promise<Attachment> {
    const { collection, fileId, attributes = {}, chunking = {}, batch } = options;
    const file = (await this.files()).find(({ id }) => id === fileId);
    const bytes = await this.fileBytes(fileId);
    if (file === undefined || bytes === undefined) {
      throw new AtmosphereError("not_found", `There is no file "${fileId}"`, { param: "file_id" });
    }
    const base = {
      fileId,
      name: file.name,
      collection,
      attributes,
      chunking,
      sizeBytes: file.sizeBytes,
      createdAt: new Date(this.#clock.now()).toISOString(),
      ...(batch === undefined ? {} : { batch }),
    };
    let attachment: Attachment = { ...base, status: "completed" };
    try {
      await this.#memory.addDocument({
        name: fileId,
        bytes,
        mediaType: mediaTypeOf(file.name),
        metadata: attributes,
      }, { collection, ...chunking });
    } catch (error) {
      if (!(error instanceof AtmosphereError) || error.status >= 500) throw error;
      attachment = { ...base, status: "failed", error: error.message };
    }
    await this.#engine.call("putAttachment", attachment);
    return attachment;
  }

  async attachments(collection: string): Promise<Attachment[]> {
    return await this.#engine.call("attachments", { collection });
  }

  async detach(collection: string, fileId: string): Promise<boolean> {
    const known = (await this.attachments(collection)).some((entry) => entry.fileId === fileId);
    if (!known) return false;
    await this.#memory.forget({ source: fileId }, { collection });
    await this.#engine.call("dropAttachment", { collection, fileId });
    return true;
  }
}
