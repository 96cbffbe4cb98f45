/**
 * What the thread that owns the database can be asked. Arguments and results can be cloned.
 *
 * @module
 */

import type { ErrorRecord } from "./error_record.ts";
import type {
  AddResult,
  Attachment,
  CollectionChange,
  CollectionInfo,
  CollectionOptions,
  ForgetSelection,
  Item,
  ItemPage,
  ItemVersion,
  MemoryStats,
  NewItem,
  Scope,
  SearchQuery,
  SearchResult,
  StoredFile,
  VectorSpace,
} from "./types.ts";
import type { SalvagedPage } from "./database/salvage.ts";
import type { ExportPage } from "./transfer/export.ts";

/** The operations, each with one argument beside the time. */
export interface EngineOperations {
  collections(): Promise<CollectionInfo[]>;
  createCollection(
    options: CollectionOptions & { name: string; space: VectorSpace },
  ): Promise<CollectionInfo>;
  changeCollection(options: { name: string; change: CollectionChange }): Promise<CollectionInfo>;
  dropCollection(options: { name: string }): Promise<boolean>;
  /** Indexes of the items whose texts must be embedded before they can be added. */
  prepare(options: { collection: string; items: readonly NewItem[] }): Promise<number[]>;
  /** Adds items; null for those whose text must be embedded first. */
  add(
    options: { collection: string; items: readonly NewItem[] },
  ): Promise<(AddResult | null)[]>;
  search(query: SearchQuery): Promise<SearchResult>;
  get(
    options: { collection: string; namespace: string; id: string },
  ): Promise<Item | undefined>;
  history(
    options: { collection: string; namespace: string; id: string },
  ): Promise<ItemVersion[]>;
  list(
    options: { collection: string; scope: Scope; limit: number; cursor?: string },
  ): Promise<ItemPage>;
  forget(options: { collection: string; selection: ForgetSelection }): Promise<number>;
  export(
    options: { collection: string; scope: Scope; vectors: boolean; cursor?: string },
  ): Promise<ExportPage>;
  /** Takes the items of `source` away that are not in `keep`; their text becomes history. */
  retire(
    options: { collection: string; source: string; namespace: string; keep: readonly string[] },
  ): Promise<number>;
  putFile(options: StoredFile & { bytes: Uint8Array }): Promise<void>;
  files(): Promise<StoredFile[]>;
  fileBytes(options: { id: string }): Promise<Uint8Array<ArrayBuffer> | undefined>;
  dropFile(options: { id: string }): Promise<void>;
  putAttachment(options: Attachment): Promise<void>;
  attachments(options: { collection: string }): Promise<Attachment[]>;
  dropAttachment(options: { collection: string; fileId: string }): Promise<void>;
  stats(): Promise<MemoryStats>;
  verify(): Promise<string[]>;
  salvage(options: { url: string; from: number }): Promise<SalvagedPage>;
}

/** How the database is opened. */
export interface EngineOptions {
  readonly url: string;
  readonly token?: string;
  readonly busyTimeoutMs?: number;
  /** Whether vectors may be looked at by their signs first. @default false */
  readonly bits?: boolean;
}

/** A question to the thread. */
export type EngineRequest =
  | {
    readonly id: number;
    readonly method: "open";
    readonly options: EngineOptions;
    readonly nowMs: number;
  }
  | { readonly id: number; readonly method: "close"; readonly nowMs: number }
  | {
    readonly id: number;
    readonly method: keyof EngineOperations;
    readonly options: unknown;
    readonly nowMs: number;
  };

/** The thread's answer. */
export type EngineResponse =
  | { readonly id: number; readonly result: unknown }
  /** A result as JSON, which crosses threads quicker than objects within objects. */
  | { readonly id: number; readonly json: string }
  | { readonly id: number; readonly error: ErrorRecord };
