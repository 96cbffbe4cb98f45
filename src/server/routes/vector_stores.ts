/**
 * `/v1/vector_stores`: OpenAI's vector stores over the memory; a store is a collection.
 *
 * @module
 */

import { Hono } from "hono";
import {
  AtmosphereError,
  type Attachment,
  type CollectionInfo,
  createId,
  type MemoryApi,
  type MemoryFilesApi,
  type SearchHit,
} from "../../core/mod.ts";
import { readJsonBody } from "../body.ts";
import type { RouteGroup } from "../deps.ts";
import type { Exchange } from "../exchange.ts";
import { optionalInteger, optionalString, optionalStrings, wrongType } from "../fields.ts";
import type { GroupEnv } from "./memory.ts";
import {
  batchObject,
  pageObject,
  readAttributes,
  readChunking,
  readQuery,
  readStoreFilter,
  readStoreMetadata,
  readStoreName,
  readThreshold,
  refuseExpiry,
  resultObject,
  storeFileObject,
  storeObject,
} from "./vector_store_shapes.ts";

/** Where the group is. */
export const vectorStoresPrefix = "/v1/vector_stores";

/** A memory with its files. */
export interface MemoryWithFiles extends MemoryApi {
  readonly files: MemoryFilesApi;
}

const maxPage = 100;
const maxResults = 50;

/** The part of a list that the query asks for, by OpenAI's cursors. */
export function pageOf<T>(
  all: readonly T[],
  options: { exchange: Exchange; id: (entry: T) => string },
): { entries: T[]; hasMore: boolean } {
  const query = options.exchange.query();
  const limit = Number(query.get("limit") ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPage) {
    throw wrongType("limit", `a whole number from 1 to ${maxPage}`, query.get("limit"));
  }
  const ordered = query.get("order") === "asc" ? all.toReversed() : [...all];
  const after = query.get("after");
  const before = query.get("before");
  const from = after === null ? 0 : ordered.findIndex((entry) => options.id(entry) === after) + 1;
  const end = before === null ? -1 : ordered.findIndex((entry) => options.id(entry) === before);
  const rest = ordered.slice(from, end < 0 ? undefined : end);
  return { entries: rest.slice(0, limit), hasMore: rest.length > limit };
}

async function findStore(memory: MemoryApi, id: string): Promise<CollectionInfo> {
  const found = (await memory.collections()).find(({ name }) => name === id);
  if (found === undefined) {
    throw new AtmosphereError("not_found", `There is no vector store "${id}"`, {
      param: "vector_store_id",
    });
  }
  return found;
}

async function findAttachment(
  memory: MemoryWithFiles,
  store: string,
  file: string,
): Promise<Attachment> {
  const found = (await memory.files.attachments(store)).find(({ fileId }) => fileId === file);
  if (found === undefined) {
    throw new AtmosphereError("not_found", `The vector store "${store}" has no file "${file}"`, {
      param: "file_id",
    });
  }
  return found;
}

async function searchStore(
  memory: MemoryWithFiles,
  options: { exchange: Exchange; store: string; maxBytes: number },
): Promise<Response> {
  const { exchange, store } = options;
  const { value } = await readJsonBody(exchange.request, options);
  const queries = readQuery(value.query);
  const limit = optionalInteger(value.max_num_results, "max_num_results") ?? 10;
  if (limit > maxResults) throw wrongType("max_num_results", `at most ${maxResults}`, limit);
  const filter = readStoreFilter(value.filters);
  const least = readThreshold(value.ranking_options);
  await findStore(memory, store);
  const best = new Map<string, SearchHit>();
  for (const text of queries) {
    const { hits } = await memory.search({
      collection: store,
      text,
      limit,
      ...(filter === undefined ? {} : { filter }),
    });
    for (const hit of hits) {
      if ((best.get(hit.item.id)?.score ?? -Infinity) < hit.score) best.set(hit.item.id, hit);
    }
  }
  const names = new Map(
    (await memory.files.attachments(store)).map(({ fileId, name }) => [fileId, name]),
  );
  const data = [...best.values()]
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map((hit) => resultObject(hit, names));
  return exchange.json({
    object: "vector_store.search_results.page",
    search_query: queries,
    data,
    has_more: false,
    next_page: null,
  });
}

function addStores(app: Hono<GroupEnv>, memory: MemoryWithFiles, maxBytes: number): void {
  const toObject = async (collection: CollectionInfo) =>
    storeObject(collection, await memory.files.attachments(collection.name));

  app.post("/", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    refuseExpiry(value);
    const label = readStoreName(value);
    const attributes = readStoreMetadata(value.metadata);
    const fileIds = optionalStrings(value.file_ids, "file_ids") ?? [];
    const chunking = readChunking(value.chunking_strategy);
    const created = await memory.createCollection(createId("vs"), {
      ...(label === undefined ? {} : { label }),
      ...(attributes === undefined ? {} : { attributes }),
    });
    for (const fileId of fileIds) {
      await memory.files.attach({
        collection: created.name,
        fileId,
        ...(chunking === undefined ? {} : { chunking }),
      });
    }
    return exchange.json(await toObject(created));
  });
  app.get("/", async ({ env: { exchange } }) => {
    const all = (await memory.collections()).sort((a, b) => a.createdAt < b.createdAt ? 1 : -1);
    const { entries, hasMore } = pageOf(all, { exchange, id: ({ name }) => name });
    return exchange.json(pageObject(await Promise.all(entries.map(toObject)), hasMore));
  });
  app.get(
    "/:store",
    async ({ env: { exchange }, req }) =>
      exchange.json(await toObject(await findStore(memory, req.param("store")))),
  );
  app.post("/:store", async ({ env: { exchange }, req }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    refuseExpiry(value);
    const { name } = await findStore(memory, req.param("store"));
    const label = readStoreName(value);
    const attributes = readStoreMetadata(value.metadata);
    const changed = await memory.changeCollection(name, {
      ...(label === undefined ? {} : { label }),
      ...(attributes === undefined ? {} : { attributes }),
    });
    return exchange.json(await toObject(changed));
  });
  app.delete("/:store", async ({ env: { exchange }, req }) => {
    const { name } = await findStore(memory, req.param("store"));
    await memory.dropCollection(name);
    return exchange.json({ id: name, object: "vector_store.deleted", deleted: true });
  });
  app.post(
    "/:store/search",
    ({ env: { exchange }, req }) =>
      searchStore(memory, { exchange, store: req.param("store"), maxBytes }),
  );
}

function addStoreFiles(app: Hono<GroupEnv>, memory: MemoryWithFiles, maxBytes: number): void {
  app.post("/:store/files", async ({ env: { exchange }, req }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    const fileId = optionalString(value.file_id, "file_id");
    if (fileId === undefined) throw wrongType("file_id", "a file's id", fileId);
    const attributes = readAttributes(value.attributes);
    const chunking = readChunking(value.chunking_strategy);
    const { name } = await findStore(memory, req.param("store"));
    const attachment = await memory.files.attach({
      collection: name,
      fileId,
      ...(attributes === undefined ? {} : { attributes }),
      ...(chunking === undefined ? {} : { chunking }),
    });
    return exchange.json(storeFileObject(attachment));
  });
  app.get("/:store/files", async ({ env: { exchange }, req }) => {
    const filter = exchange.query().get("filter");
    const all = (await memory.files.attachments((await findStore(memory, req.param("store"))).name))
      .filter(({ status }) => filter === null || status === filter);
    const { entries, hasMore } = pageOf(all, { exchange, id: ({ fileId }) => fileId });
    return exchange.json(pageObject(entries.map(storeFileObject), hasMore));
  });
  app.get("/:store/files/:file", async ({ env: { exchange }, req }) => {
    await findStore(memory, req.param("store"));
    const found = await findAttachment(memory, req.param("store"), req.param("file"));
    return exchange.json(storeFileObject(found));
  });
  app.post("/:store/files/:file", async ({ env: { exchange }, req }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    const attributes = readAttributes(value.attributes) ?? {};
    await findStore(memory, req.param("store"));
    const { batch, chunking } = await findAttachment(
      memory,
      req.param("store"),
      req.param("file"),
    );
    const changed = await memory.files.attach({
      collection: req.param("store"),
      fileId: req.param("file"),
      attributes,
      chunking,
      ...(batch === undefined ? {} : { batch }),
    });
    return exchange.json(storeFileObject(changed));
  });
  app.delete("/:store/files/:file", async ({ env: { exchange }, req }) => {
    await findStore(memory, req.param("store"));
    const { fileId } = await findAttachment(memory, req.param("store"), req.param("file"));
    await memory.files.detach(req.param("store"), fileId);
    return exchange.json({ id: fileId, object: "vector_store.file.deleted", deleted: true });
  });
  app.get("/:store/files/:file/content", async ({ env: { exchange }, req }) => {
    await findStore(memory, req.param("store"));
    const { fileId } = await findAttachment(memory, req.param("store"), req.param("file"));
    const data: { type: string; text: string }[] = [];
    for (let cursor: string | undefined = "";;) {
      const page = await memory.list({
        collection: req.param("store"),
        source: fileId,
        limit: 1000,
        ...(cursor === "" ? {} : { cursor }),
      });
      data.push(...page.items.map(({ text }) => ({ type: "text", text })));
      cursor = page.next;
      if (cursor === undefined) break;
    }
    return exchange.json({
      object: "vector_store.file_content.page",
      data,
      has_more: false,
      next_page: null,
    });
  });
}

function addBatches(app: Hono<GroupEnv>, memory: MemoryWithFiles, maxBytes: number): void {
  async function filesOf(store: string, batch: string): Promise<Attachment[]> {
    const found = (await memory.files.attachments((await findStore(memory, store)).name))
      .filter((attachment) => attachment.batch === batch);
    if (found.length > 0) return found;
    throw new AtmosphereError("not_found", `The vector store "${store}" has no batch "${batch}"`, {
      param: "batch_id",
    });
  }
  app.post("/:store/file_batches", async ({ env: { exchange }, req }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    const fileIds = optionalStrings(value.file_ids, "file_ids") ?? [];
    if (fileIds.length === 0) throw wrongType("file_ids", "ids of files", value.file_ids);
    const attributes = readAttributes(value.attributes);
    const chunking = readChunking(value.chunking_strategy);
    const { name } = await findStore(memory, req.param("store"));
    const batch = createId("vsfb");
    for (const fileId of fileIds) {
      await memory.files.attach({
        collection: name,
        fileId,
        batch,
        ...(attributes === undefined ? {} : { attributes }),
        ...(chunking === undefined ? {} : { chunking }),
      });
    }
    return exchange.json(batchObject({ id: batch, store: name }, await filesOf(name, batch)));
  });
  app.get("/:store/file_batches/:batch", async ({ env: { exchange }, req }) => {
    const store = req.param("store");
    const batch = req.param("batch");
    return exchange.json(batchObject({ id: batch, store }, await filesOf(store, batch)));
  });
  app.get("/:store/file_batches/:batch/files", async ({ env: { exchange }, req }) => {
    const filter = exchange.query().get("filter");
    const all = (await filesOf(req.param("store"), req.param("batch")))
      .filter(({ status }) => filter === null || status === filter);
    const { entries, hasMore } = pageOf(all, { exchange, id: ({ fileId }) => fileId });
    return exchange.json(pageObject(entries.map(storeFileObject), hasMore));
  });
}

/** The routes of vector stores over `memory`. */
export function vectorStoresGroup(
  memory: MemoryWithFiles,
  options: { readonly maxBodyBytes: number },
): RouteGroup {
  const app = new Hono<GroupEnv>();
  addStores(app, memory, options.maxBodyBytes);
  addStoreFiles(app, memory, options.maxBodyBytes);
  addBatches(app, memory, options.maxBodyBytes);
  return {
    prefix: vectorStoresPrefix,
    app: app as unknown as Hono,
    reading: [`${vectorStoresPrefix}/{store}/search`],
    openapi: async () => ({
      paths: (await import("../openapi/vector_store_paths.ts")).vectorStorePaths,
    }),
  };
}
