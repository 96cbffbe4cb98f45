/**
 * Files of the vector memory: kept whole, and put into collections as chunks.
 *
 * @module
 */

import type { ChunkOptions, Metadata } from "./memory_api.ts";

/** A file that is kept whole, to be put into collections. */
export interface StoredFile {
  /** Unique in the store. */
  readonly id: string;
  /** As its owner calls it; the ending tells its kind. */
  readonly name: string;
  /** What its owner says it is for. */
  readonly purpose: string;
  /** Length in bytes. */
  readonly sizeBytes: number;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
}

/** A file in a collection, as chunks. */
export interface Attachment {
  /** Id of the file. */
  readonly fileId: string;
  /** Name of the file. */
  readonly name: string;
  /** Name of the collection. */
  readonly collection: string;
  /** Whether it is in, or could not be put in. */
  readonly status: "completed" | "failed";
  /** Why it failed. */
  readonly error?: string;
  /** Facts that each of its chunks carries. */
  readonly attributes: Metadata;
  /** Length of the file in bytes. */
  readonly sizeBytes: number;
  /** How it was split. */
  readonly chunking: ChunkOptions;
  /** When it was put in; ISO 8601 in UTC. */
  readonly createdAt: string;
  /** Files that were put in together have the same. */
  readonly batch?: string;
}

/** What puts a file into a collection. */
export interface AttachOptions {
  /** Name of the collection. */
  readonly collection: string;
  /** Id of the file. */
  readonly fileId: string;
  /** Facts that each of its chunks is to carry. */
  readonly attributes?: Metadata;
  /** How it is split. */
  readonly chunking?: ChunkOptions;
  /** Names the files that are put in together. */
  readonly batch?: string;
}

/** Files of the memory. Every method throws `AtmosphereError`. */
export interface MemoryFilesApi {
  /** Keeps a file. */
  putFile(file: { name: string; purpose: string; bytes: Uint8Array }): Promise<StoredFile>;
  /** Every file, latest first. */
  files(): Promise<StoredFile[]>;
  /** A file's bytes; undefined when there is none. */
  fileBytes(id: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Deletes a file and takes it out of every collection; whether it was there. */
  dropFile(id: string): Promise<boolean>;
  /** Puts a file into a collection as chunks whose metadata has its attributes. Throws `not_found`. */
  attach(options: AttachOptions): Promise<Attachment>;
  /** The files of a collection, latest first. Throws `not_found`. */
  attachments(collection: string): Promise<Attachment[]>;
  /** Takes a file out of a collection; whether it was in. */
  detach(collection: string, fileId: string): Promise<boolean>;
}
