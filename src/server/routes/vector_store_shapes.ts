/**
 * Vector stores and files in OpenAI's words, and its filters in ours.
 *
 * @module
 */

import {
  AtmosphereError,
  type Attachment,
  type ChunkOptions,
  type CollectionInfo,
  type Filter,
  type Metadata,
  type SearchHit,
  type StoredFile,
} from "../../core/mod.ts";
import {
  type Fields,
  isObject,
  optionalArray,
  optionalInteger,
  optionalObject,
  optionalString,
  wrongType,
} from "../fields.ts";

/** Characters of English text that make a token, about. */
const charactersPerToken = 4;

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

/** A file object. */
export function fileObject(file: StoredFile): Fields {
  return {
    id: file.id,
    object: "file",
    bytes: file.sizeBytes,
    created_at: seconds(file.createdAt),
    filename: file.name,
    purpose: file.purpose,
    status: "processed",
  };
}

function fileCounts(attachments: readonly Attachment[]): Fields {
  const failed = attachments.filter(({ status }) => status === "failed").length;
  return {
    in_progress: 0,
    completed: attachments.length - failed,
    failed,
    cancelled: 0,
    total: attachments.length,
  };
}

/** A vector store object. */
export function storeObject(
  collection: CollectionInfo,
  attachments: readonly Attachment[],
): Fields {
  return {
    id: collection.name,
    object: "vector_store",
    created_at: seconds(collection.createdAt),
    name: collection.label ?? collection.name,
    usage_bytes: attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    file_counts: fileCounts(attachments),
    status: "completed",
    expires_after: null,
    expires_at: null,
    last_active_at: seconds(collection.createdAt),
    metadata: collection.attributes ?? {},
  };
}

/** A vector store file object. */
export function storeFileObject(attachment: Attachment): Fields {
  const { maxCharacters = 1000, overlapCharacters = 120 } = attachment.chunking;
  return {
    id: attachment.fileId,
    object: "vector_store.file",
    usage_bytes: attachment.sizeBytes,
    created_at: seconds(attachment.createdAt),
    vector_store_id: attachment.collection,
    status: attachment.status,
    last_error: attachment.error === undefined
      ? null
      : { code: "invalid_file", message: attachment.error },
    attributes: attachment.attributes,
    chunking_strategy: {
      type: "static",
      static: {
        max_chunk_size_tokens: Math.round(maxCharacters / charactersPerToken),
        chunk_overlap_tokens: Math.round(overlapCharacters / charactersPerToken),
      },
    },
  };
}

/** A file batch object. */
export function batchObject(
  batch: { id: string; store: string },
  attachments: readonly Attachment[],
): Fields {
  const created = attachments[0]?.createdAt;
  return {
    id: batch.id,
    object: "vector_store.file_batch",
    created_at: created === undefined ? 0 : seconds(created),
    vector_store_id: batch.store,
    status: "completed",
    file_counts: fileCounts(attachments),
  };
}

/** A page that holds all there is from its cursor on. */
export function pageObject(data: readonly Fields[], hasMore = false): Fields {
  return {
    object: "list",
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}

/** A search result object. */
export function resultObject(hit: SearchHit, names: ReadonlyMap<string, string>): Fields {
  const { id, source, metadata, text } = hit.item;
  const file = source ?? id;
  return {
    file_id: file,
    filename: names.get(file) ?? file,
    score: Math.max(0, Math.min(1, hit.score)),
    attributes: metadata,
    content: [{ type: "text", text }],
  };
}

const comparisons: ReadonlySet<string> = new Set([
  "eq",
  "ne",
  "gt",
  "gte",
  "lt",
  "lte",
  "in",
  "nin",
]);

/** An OpenAI filter as a filter of the memory. */
export function readStoreFilter(value: unknown, name = "filters"): Filter | undefined {
  const filter = optionalObject(value, name);
  if (filter === undefined) return undefined;
  const { type, key, filters } = filter;
  if (type === "and" || type === "or") {
    const parts = optionalArray(filters, `${name}.filters`) ?? [];
    return {
      [`$${type}`]: parts.map((part, i) => readStoreFilter(part, `${name}.filters[${i}]`) ?? {}),
    };
  }
  if (typeof type !== "string" || !comparisons.has(type)) {
    throw wrongType(`${name}.type`, "and, or, eq, ne, gt, gte, lt, lte, in or nin", type);
  }
  // A name with a dollar sign would be an operator.
  if (typeof key !== "string" || key.startsWith("$")) {
    throw wrongType(`${name}.key`, "an attribute's name", key);
  }
  return { [key]: { [`$${type}`]: filter.value } } as Filter;
}

/** A chunking strategy; undefined where the memory's own is meant. */
export function readChunking(value: unknown): ChunkOptions | undefined {
  const strategy = optionalObject(value, "chunking_strategy");
  if (strategy === undefined || strategy.type === "auto") return undefined;
  const name = "chunking_strategy.static";
  const fixed = optionalObject(strategy.static, name);
  if (strategy.type !== "static" || fixed === undefined) {
    throw wrongType("chunking_strategy", 'of type "auto" or "static"', strategy.type);
  }
  const max = optionalInteger(fixed.max_chunk_size_tokens, `${name}.max_chunk_size_tokens`, 100);
  const overlap = optionalInteger(fixed.chunk_overlap_tokens, `${name}.chunk_overlap_tokens`, 0);
  if (max === undefined || max > 4096) {
    throw wrongType(`${name}.max_chunk_size_tokens`, "100 to 4096", max);
  }
  return {
    maxCharacters: max * charactersPerToken,
    overlapCharacters: (overlap ?? Math.floor(max / 2)) * charactersPerToken,
  };
}

/** Attributes: strings, numbers and truth values by name. */
export function readAttributes(value: unknown, name = "attributes"): Metadata | undefined {
  const attributes = optionalObject(value, name);
  for (const [key, inner] of Object.entries(attributes ?? {})) {
    if (!["string", "number", "boolean"].includes(typeof inner)) {
      throw wrongType(`${name}.${key}`, "a string, a number, true or false", inner);
    }
  }
  return attributes as Metadata | undefined;
}

/** A store's metadata: texts by name. */
export function readStoreMetadata(value: unknown): Record<string, string> | undefined {
  const metadata = optionalObject(value, "metadata");
  for (const [key, inner] of Object.entries(metadata ?? {})) {
    if (typeof inner !== "string") throw wrongType(`metadata.${key}`, "a string", inner);
  }
  return metadata as Record<string, string> | undefined;
}

/** The words of a search: a text or several. */
export function readQuery(value: unknown): string[] {
  const queries = typeof value === "string" ? [value] : optionalArray(value, "query") ?? [];
  if (queries.length === 0 || queries.some((query) => typeof query !== "string")) {
    throw wrongType("query", "a text or an array of texts", value);
  }
  return queries as string[];
}

/** Least score of a result. */
export function readThreshold(value: unknown): number {
  const threshold = isObject(value) ? value.score_threshold : undefined;
  if (threshold === undefined || threshold === null) return 0;
  if (typeof threshold !== "number" || threshold < 0 || threshold > 1) {
    throw wrongType("ranking_options.score_threshold", "0 to 1", threshold);
  }
  return threshold;
}

/** Throws where a store is asked to delete itself: collections stay until they are deleted. */
export function refuseExpiry(body: Fields): void {
  if (body.expires_after === undefined || body.expires_after === null) return;
  throw new AtmosphereError("invalid_request", "Vector stores do not expire on this node", {
    param: "expires_after",
    hint: "Leave expires_after out and delete the store when it is not needed any more",
  });
}

/** A store's name. */
export function readStoreName(body: Fields): string | undefined {
  return optionalString(body.name, "name");
}
